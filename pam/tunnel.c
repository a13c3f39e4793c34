/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tunnel.c - see tunnel.h
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base.h"
#include "common/paths.h"
#include "common/sessionfile.h"
#include "common/text.h"
#include "pam/tunnel.h"

#define TABLE_MAX (1u << 20)
#define LINE_SIZE 512
#define FILES_MAX 1024
#define SOCKETS_MAX 4096
#define STATE_ESTABLISHED "01"

struct search {
	struct tunnel_ends ends;
	unsigned long inode; /* 0: not looked for yet */
	bool is_found;
	char *ret;
};

static bool
is_loopback(const struct in6_addr *address, bool is_v6)
{
	return is_v6 ? IN6_IS_ADDR_LOOPBACK(address) : address->s6_addr[0] == 127;
}

/* As net/ipv4/tcp_ipv4.c prints them: words of the machine's order, and the port. */
static bool
format_end(const char *address, const char *port, bool is_v6, char *ret, size_t size)
{
	struct in6_addr bytes = { 0 };
	uint32_t words[4], number;
	size_t n = is_v6 ? 4 : 1, at = 0;

	if (inet_pton(is_v6 ? AF_INET6 : AF_INET, address, &bytes) != 1 ||
	    !is_loopback(&bytes, is_v6) || text_parse_u32(port, UINT16_MAX, &number) != 0)
		return false;
	memcpy(words, &bytes, sizeof(words));
	for (size_t i = 0; i < n; i++, at += 8)
		(void)snprintf(ret + at, size - at, "%08X", words[i]);
	(void)snprintf(ret + at, size - at, ":%04X", number);
	return true;
}

bool
tunnel_parse(const char *connection, struct tunnel_ends *ret_ends)
{
	struct tunnel_ends ends = { .is_v6 = false };
	char words[4][64], *end;
	size_t len, n;

	if (connection == NULL)
		return false;
	for (n = 0; n < BASE_N(words); n++) {
		len = strcspn(connection, " ");
		if (len == 0 || len >= sizeof(words[n]))
			return false;
		memcpy(words[n], connection, len);
		words[n][len] = '\0';
		connection += len;
		connection += n + 1 < BASE_N(words) && *connection == ' ';
	}
	if (*connection != '\0')
		return false;
	end = strchr(words[0], ':');
	ends.is_v6 = end != NULL;
	if (!format_end(words[0], words[1], ends.is_v6, ends.local, sizeof(ends.local)) ||
	    !format_end(words[2], words[3], ends.is_v6, ends.remote, sizeof(ends.remote)))
		return false;
	*ret_ends = ends;
	return true;
}

/* The next word; *@at goes behind it. */
static size_t
next_word(const char **at, const char **ret_word)
{
	size_t len;

	*at += strspn(*at, " ");
	*ret_word = *at;
	len = strcspn(*at, " ");
	*at += len;
	return len;
}

static bool
is_word(const char *word, size_t len, const char *wanted)
{
	return len == strlen(wanted) && memcmp(word, wanted, len) == 0;
}

/* sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode … (proc(5)) */
unsigned long
tunnel_inode(const char *line, const struct tunnel_ends *ends)
{
	const char *wanted[] = { NULL, ends->local, ends->remote, STATE_ESTABLISHED };
	unsigned long inode = 0;
	const char *word;
	size_t len = 0, i;

	for (i = 0; i <= 9; i++) {
		len = next_word(&line, &word);
		if (len == 0 || (i < BASE_N(wanted) && wanted[i] != NULL &&
				    !is_word(word, len, wanted[i])))
			return 0;
	}
	if (len > 15)
		return 0;
	for (i = 0; i < len; i++) {
		if (word[i] < '0' || word[i] > '9')
			return 0;
		inode = inode * 10 + (unsigned long)(word[i] - '0');
	}
	return inode;
}

static unsigned long
read_inode(const struct tunnel_ends *ends)
{
	_cleanup_close_ int fd =
	    open(ends->is_v6 ? "/proc/net/tcp6" : "/proc/net/tcp", O_RDONLY | O_CLOEXEC);
	char text[4096], line[LINE_SIZE];
	size_t at = 0, total = 0;
	unsigned long inode = 0;
	ssize_t n;

	while (fd >= 0 && inode == 0 && total < TABLE_MAX &&
	       (n = read(fd, text, sizeof(text))) > 0) {
		total += (size_t)n;
		for (ssize_t i = 0; i < n && inode == 0; i++) {
			if (text[i] != '\n') {
				line[at] = text[i];
				at += at < sizeof(line) - 1;
				continue;
			}
			line[at] = '\0';
			at = 0;
			inode = tunnel_inode(line, ends);
		}
	}
	return inode;
}

static bool
holds_socket(int64_t pid, unsigned long inode)
{
	char path[64], link[64], wanted[64];
	struct dirent *entry;
	bool holds = false;
	int most = SOCKETS_MAX, fd;
	ssize_t n;
	DIR *stream;

	(void)snprintf(wanted, sizeof(wanted), "socket:[%lu]", inode);
	(void)snprintf(path, sizeof(path), "/proc/%lld/fd", (long long)pid);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	stream = fd >= 0 ? fdopendir(fd) : NULL;
	if (stream == NULL) {
		base_closep(&fd);
		return false;
	}
	while (!holds && most-- > 0 && (entry = readdir(stream)) != NULL) {
		n = readlinkat(fd, entry->d_name, link, sizeof(link) - 1);
		holds = n > 0 && is_word(link, (size_t)n, wanted);
	}
	(void)closedir(stream);
	return holds;
}

static bool
look_at(const char *name, const struct sessionfile *file, void *data)
{
	struct search *search = data;

	(void)name;
	if (strcmp(file->service, "session-manager") != 0 ||
	    strcmp(file->via, "port") != 0 || sessionfile_check(file) != 0)
		return true;
	if (search->inode == 0)
		search->inode = read_inode(&search->ends);
	if (search->inode == 0)
		return false;
	search->is_found =
	    holds_socket(file->pid, search->inode) && sessionfile_check(file) == 0;
	if (search->is_found)
		(void)snprintf(search->ret, TUNNEL_SIZE, "%.96s", file->rhost);
	return !search->is_found;
}

bool
tunnel_find(const char *connection, char ret[TUNNEL_SIZE])
{
	struct search search = { .ret = ret };

	if (!tunnel_parse(connection, &search.ends))
		return false;
	(void)sessionfile_each(paths_sessions, FILES_MAX, look_at, &search);
	return search.is_found;
}
