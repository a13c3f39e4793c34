/* SPDX-License-Identifier: Apache-2.0 */
/* ending.c - end a Session Manager session; contract in ending.h */
#include <signal.h>
#include <string.h>

#include "warden/agentfile.h"
#include "warden/ending.h"
#include "warden/procs.h"

#define TREE_MAX 4096

static const char worker_name[] = "ssm-session-worker";

struct tree {
	struct procs_one *all;
	size_t n, room;
};

static bool
collect(const struct procs_one *one, void *data)
{
	struct tree *tree = data;
	size_t room = tree->room == 0 ? 256 : tree->room * 2;
	void *bigger;

	if (tree->n == tree->room) {
		bigger = reallocarray(tree->all, room, sizeof(*tree->all));
		if (bigger == NULL)
			return false;
		tree->all = bigger;
		tree->room = room;
	}
	tree->all[tree->n++] = *one;
	return true;
}

static bool
is_worker(const struct procs_one *one, const char *session_id)
{
	char program[256], id[AGENTFILE_ID_SIZE];
	const char *base;

	if (one->uid != 0 || !procs_word(one->pid, 0, program, sizeof(program)) ||
	    !procs_word(one->pid, 1, id, sizeof(id)))
		return false;
	base = strrchr(program, '/');
	base = base != NULL ? base + 1 : program;
	return strcmp(base, worker_name) == 0 && strcmp(id, session_id) == 0;
}

bool
ending_is_worker(pid_t pid, const char *session_id)
{
	struct procs_one one;

	return pid > 0 && procs_read(pid, &one) == 0 && is_worker(&one, session_id);
}

struct finding {
	const char *session_id;
	pid_t pid;
};

static bool
find(const struct procs_one *one, void *data)
{
	struct finding *finding = data;

	/* the kernel's name of a process is its first 15 bytes */
	if (strncmp(one->comm, worker_name, 15) == 0 &&
	    is_worker(one, finding->session_id))
		finding->pid = one->pid;
	return finding->pid == 0;
}

pid_t
ending_find_worker(const char *session_id)
{
	struct finding finding = { .session_id = session_id };

	(void)procs_each(find, &finding);
	return finding.pid;
}

/* Marks by moving to the front: those found so far are all[0 … n_found). */
static size_t
gather(struct tree *tree, pid_t worker)
{
	size_t n_found = 0;
	bool is_more = true;

	for (size_t i = 0; i < tree->n; i++) {
		if (tree->all[i].pid != worker)
			continue;
		struct procs_one one = tree->all[i];

		tree->all[i] = tree->all[0];
		tree->all[0] = one;
		n_found = 1;
	}
	while (n_found > 0 && is_more) {
		is_more = false;
		for (size_t i = n_found; i < tree->n; i++) {
			struct procs_one one = tree->all[i];

			for (size_t j = 0; j < n_found; j++) {
				if (tree->all[j].pid != one.ppid)
					continue;
				tree->all[i] = tree->all[n_found];
				tree->all[n_found++] = one;
				is_more = true;
				break;
			}
		}
	}
	return n_found;
}

static bool
is_same(const struct procs_one *now, void *data)
{
	const struct procs_one *then = data;

	return now->uid == then->uid && now->ppid == then->ppid;
}

unsigned
ending_look(pid_t worker, const char *session_id, bool kill)
{
	static const int ask[] = { SIGTERM, SIGHUP, SIGCONT, 0 };
	static const int end[] = { SIGKILL, 0 };
	struct tree tree = { .n = 0 };
	size_t n = 0;

	if (!ending_is_worker(worker, session_id) || procs_each(collect, &tree) != 0) {
		free(tree.all);
		return 0;
	}
	n = gather(&tree, worker);
	/* the worker last, and alone: while it lives its children are found */
	for (size_t i = n; i > 0; i--)
		if (i > 1 || n == 1)
			(void)procs_signal(&tree.all[i - 1], is_same, &tree.all[i - 1],
			    kill ? end : ask);
	free(tree.all);
	return (unsigned)n;
}
