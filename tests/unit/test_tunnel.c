/* SPDX-License-Identifier: Apache-2.0 */
/* test_tunnel.c - the other end of a connection, as /proc/net/tcp writes it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pam/tunnel.h"

#define TAIL " 00000000:00000000 02:000A58B2 00000000     0        0 "

static void
test_loopback_at_both_ends_is_a_tunnel(void **state)
{
	struct tunnel_ends ends;

	(void)state;
	assert_true(tunnel_parse("127.0.0.1 40000 127.0.0.1 22", &ends));
	assert_string_equal(ends.local, "0100007F:9C40");
	assert_string_equal(ends.remote, "0100007F:0016");
	assert_false(ends.is_v6);
	assert_true(tunnel_parse("::1 1 ::1 65535", &ends));
	assert_string_equal(ends.local, "00000000000000000000000001000000:0001");
	assert_true(ends.is_v6);
}

static void
test_what_is_no_loopback_connection_is_none(void **state)
{
	static const char *const others[] = {
		"", " ", "127.0.0.1 40000 127.0.0.1", "127.0.0.1 40000 127.0.0.1 22 ",
		"127.0.0.1 40000 127.0.0.1 22 x", "10.0.0.1 40000 127.0.0.1 22",
		"127.0.0.1 40000 10.0.0.1 22", "127.0.0.1 70000 127.0.0.1 22",
		"127.0.0.1 -1 127.0.0.1 22", "::1 1 127.0.0.1 22", "127.0.0.1 1 ::1 22",
		"UNKNOWN 65535 UNKNOWN 65535", "::2 1 ::1 22", "127.0.0.1  127.0.0.1 22",
		"127.0.0.1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 1 ::1 1"
	};
	struct tunnel_ends ends;

	(void)state;
	assert_false(tunnel_parse(NULL, &ends));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(tunnel_parse(others[i], &ends));
}

static void
test_the_inode_is_that_of_the_clients_end(void **state)
{
	struct tunnel_ends ends;

	(void)state;
	assert_true(tunnel_parse("127.0.0.1 40000 127.0.0.1 22", &ends));
	assert_int_equal(
	    tunnel_inode(
		"   3: 0100007F:9C40 0100007F:0016 01" TAIL "81234 2 0 20", &ends),
	    81234);
	/* sshd's own end */
	assert_int_equal(
	    tunnel_inode("   4: 0100007F:0016 0100007F:9C40 01" TAIL "81235 1", &ends),
	    0);
	/* another port, another state */
	assert_int_equal(
	    tunnel_inode("   5: 0100007F:9C41 0100007F:0016 01" TAIL "81236 1", &ends),
	    0);
	assert_int_equal(
	    tunnel_inode("   6: 0100007F:9C40 0100007F:0016 06" TAIL "0 3", &ends), 0);
	/* cut short, or no number */
	assert_int_equal(
	    tunnel_inode("   7: 0100007F:9C40 0100007F:0016 01 00000000:00000000", &ends),
	    0);
	assert_int_equal(
	    tunnel_inode("   8: 0100007F:9C40 0100007F:0016 01" TAIL "8x 1", &ends), 0);
	assert_int_equal(tunnel_inode("", &ends), 0);
}

/* The kernel's own lines are what is read. */
static void
test_the_kernels_lines_are_understood(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	int client = socket(AF_INET, SOCK_STREAM, 0);
	unsigned long inode = 0;
	struct tunnel_ends ends;
	char text[128], line[512];
	struct sockaddr_in mine;
	struct stat st;
	FILE *table;

	(void)state;
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
	assert_int_equal(
	    connect(client, (struct sockaddr *)&address, sizeof(address)), 0);
	len = sizeof(mine);
	assert_int_equal(getsockname(client, (struct sockaddr *)&mine, &len), 0);
	(void)snprintf(text, sizeof(text), "127.0.0.1 %u 127.0.0.1 %u",
	    ntohs(mine.sin_port), ntohs(address.sin_port));
	assert_true(tunnel_parse(text, &ends));
	table = fopen("/proc/net/tcp", "re");
	assert_non_null(table);
	while (inode == 0 && fgets(line, sizeof(line), table) != NULL)
		inode = tunnel_inode(line, &ends);
	(void)fclose(table);
	assert_int_equal(fstat(client, &st), 0);
	assert_int_equal(inode, st.st_ino);
	(void)close(client);
	(void)close(listener);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loopback_at_both_ends_is_a_tunnel),
		cmocka_unit_test(test_what_is_no_loopback_connection_is_none),
		cmocka_unit_test(test_the_inode_is_that_of_the_clients_end),
		cmocka_unit_test(test_the_kernels_lines_are_understood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
