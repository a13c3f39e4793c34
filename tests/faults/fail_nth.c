/* SPDX-License-Identifier: Apache-2.0 */
/* fail_nth.c - whose turn it is, and the heap; contracts in fail_nth.h and fail_turn.h */
#include <dlfcn.h>
#include <link.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "tests/faults/fail_turn.h"

#define BLOCKS_MAX 256

static struct fail_nth own;
static struct fail_nth *now = &own;
static uintptr_t code_start, code_end;
static void *blocks[BLOCKS_MAX];

/* ---- whose call, and is it its turn */

bool
fail_is_ours(const void *caller)
{
	return (uintptr_t)caller >= code_start && (uintptr_t)caller < code_end;
}

enum fail_act
fail_turn(const char *name, const void *caller, int first, int second, bool has_short)
{
	enum fail_act act = FAIL_GO_ON;

	if (!now->is_armed || fail_is_ours(caller) != (now->scope == FAIL_OURS))
		return FAIL_GO_ON;
	now->n_calls++;
	if (now->n == 0 || now->n_calls < now->n ||
	    (now->n_calls > now->n && now->kind != FAIL_ALL_FROM))
		return FAIL_GO_ON;
	if (now->kind == FAIL_SHORT)
		act = has_short ? FAIL_CUT : FAIL_GO_ON;
	else if (now->kind != FAIL_SECOND || second != 0)
		act = FAIL_NOW;
	if (act == FAIL_GO_ON)
		return act;
	if (now->n_failed++ == 0) {
		now->name = name;
		(void)strncpy(now->names, name, sizeof(now->names) - 1);
	}
	if (act == FAIL_NOW)
		errno = now->error = now->kind == FAIL_SECOND ? second : first;
	return act;
}

enum fail_act
fail_system_turn(
    const char *name, const void *caller, int first, int second, bool has_short)
{
	if (now->is_armed && fail_is_ours(caller))
		now->n_system++;
	return fail_turn(name, caller, first, second, has_short);
}

void
fail_load(void *ret_function, const char *name)
{
	void *function = dlsym(RTLD_NEXT, name);

	if (function == NULL)
		abort();
	memcpy(ret_function, &function, sizeof(function));
}

/* ---- the heap */

static void *
keep(void *block, const void *caller)
{
	size_t i;

	if (block == NULL || !fail_is_ours(caller))
		return block;
	for (i = 0; i < BLOCKS_MAX; i++) {
		if (blocks[i] != NULL)
			continue;
		blocks[i] = block;
		now->n_blocks++;
		return block;
	}
	abort();
}

static void
forget(const void *block)
{
	size_t i;

	for (i = 0; block != NULL && now->n_blocks > 0 && i < BLOCKS_MAX; i++) {
		if (blocks[i] != block)
			continue;
		blocks[i] = NULL;
		now->n_blocks--;
		return;
	}
}

void *
malloc(size_t size)
{
	REAL(malloc);
	return MEMORY("malloc") ? NULL : keep(real(size), CALLER);
}

void *
calloc(size_t n, size_t size)
{
	REAL(calloc);
	return MEMORY("calloc") ? NULL : keep(real(n, size), CALLER);
}

void *
realloc(void *block, size_t size)
{
	void *grown;

	REAL(realloc);
	if (MEMORY("realloc"))
		return NULL;
	grown = real(block, size);
	if (grown != NULL)
		forget(block);
	return keep(grown, CALLER);
}

void
free(void *block)
{
	REAL(free);
	forget(block);
	real(block);
}

char *
strdup(const char *text)
{
	REAL(strdup);
	return MEMORY("strdup") ? NULL : keep(real(text), CALLER);
}

/* ---- the driver's side */

struct fail_nth *
fail_nth(void)
{
	return now;
}

struct search {
	const char *name;
	bool is_found;
};

static int
take_range(struct dl_phdr_info *info, size_t size, void *data)
{
	struct search *search = data;
	size_t len = strlen(info->dlpi_name), wanted = strlen(search->name);
	int i;

	(void)size;
	if (wanted == 0 ? len != 0
			: len < wanted ||
			      strcmp(info->dlpi_name + len - wanted, search->name) != 0)
		return 0;
	for (i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &info->dlpi_phdr[i];

		if (header->p_type != PT_LOAD || (header->p_flags & PF_X) == 0)
			continue;
		code_start = info->dlpi_addr + header->p_vaddr;
		code_end = code_start + header->p_memsz;
		search->is_found = true;
	}
	return 1;
}

bool
fail_nth_code(const char *name)
{
	struct search search = { name, false };

	(void)dl_iterate_phdr(take_range, &search);
	return search.is_found;
}

/*
 * Another program is told by its environment: all of it is under test, from here on. But for
 * glibc's tables of name services, made at the first lookup: without memory for them glibc 2.36
 * dies of SIGSEGV or SIGABRT in any program that asks for a name. Who dies so prints no line.
 */
__attribute__((constructor)) static void
take_orders(void)
{
	const char *text = getenv(FAIL_NTH_FD);
	struct fail_nth *orders;

	if (text == NULL || !fail_nth_code(""))
		return;
	orders =
	    mmap(NULL, FAIL_NTH_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, atoi(text), 0);
	if (orders == MAP_FAILED)
		abort();
	(void)getpwnam("root");
	now = orders;
	now->is_armed = true;
}
