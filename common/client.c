/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client.c - see client.h
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "common/client.h"
#include "common/clock.h"
#include "common/paths.h"

/* poll(2) until the descriptor is ready or the deadline has passed: CLIENT_E_WEDGED. */
static int
wait_for(int fd, short events, int64_t deadline_ms)
{
	struct pollfd pfd = { .fd = fd, .events = events };
	int left, r;

	do {
		left = clock_until_ms(deadline_ms);
		r = poll(&pfd, 1, left);
		if (r > 0)
			return 0;
		if (r < 0 && errno != EINTR)
			return -errno;
	} while (left > 0);
	return CLIENT_E_WEDGED;
}

/*
 * unix(7): connect(2) of a non-blocking AF_UNIX socket succeeds or fails at once; EAGAIN is a
 * full backlog, that is a daemon that does not accept.
 */
static int
connect_daemon(int fd)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = strlen(paths_socket);

	if (len >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, paths_socket, len + 1);
	while (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		switch (errno) {
		case EINTR:
			continue;
		case EAGAIN:
			return CLIENT_E_WEDGED;
		case ENOENT:
		case ENOTDIR:
		case ECONNREFUSED:
		case EPROTOTYPE: /* a socket of another type: not the daemon's */
			return CLIENT_E_DOWN;
		default:
			return -errno;
		}
	}
	return 0;
}

/* Whoever listens must be root or the owner of the directory that only he can write to. */
static int
check_peer(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);
	struct stat st;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return -errno;
	if (stat(paths_run_dir, &st) < 0)
		return -errno;
	if (!S_ISDIR(st.st_mode) || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return CLIENT_E_DOWN;
	return peer.uid == 0 || peer.uid == st.st_uid ? 0 : CLIENT_E_DOWN;
}

static int
send_request(int fd, const struct wire_packet *packet, int64_t deadline_ms)
{
	int r;

	while (send(fd, packet->bytes, packet->len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
		switch (errno) {
		case EINTR:
			break;
		case EAGAIN:
			r = wait_for(fd, POLLOUT, deadline_ms);
			if (r != 0)
				return r;
			break;
		case EPIPE:
		case ECONNRESET:
			return CLIENT_E_DOWN;
		default:
			return -errno;
		}
	}
	return 0;
}

/* One packet, whole or not at all. Descriptors that come with it are dropped by the kernel. */
static int
receive(int fd, struct wire_packet *packet, int64_t deadline_ms)
{
	struct iovec iov = { packet->bytes, sizeof(packet->bytes) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n;
	int r;

	for (;;) {
		r = wait_for(fd, POLLIN, deadline_ms);
		if (r != 0)
			return r;
		n = recvmsg(fd, &msg, MSG_DONTWAIT);
		if (n > 0)
			break;
		if (n == 0 || errno == ECONNRESET)
			return CLIENT_E_DOWN; /* it died, or has no place for us */
		if (errno != EINTR && errno != EAGAIN)
			return -errno;
	}
	if ((msg.msg_flags & MSG_TRUNC) != 0)
		return CLIENT_E_PROTOCOL;
	packet->len = (size_t)n;
	return 0;
}

static int
await_reply(int fd, struct wire_packet *packet, const struct wire_header *request,
    int64_t first_ms, int64_t last_ms, struct wire_header *ret_header)
{
	int64_t deadline_ms = first_ms;
	struct wire_header header;
	bool waited = false;
	int r;

	for (;;) {
		r = receive(fd, packet, deadline_ms);
		if (r != 0)
			return r;
		if (wire_parse(packet->bytes, packet->len, &header) != 0 ||
		    header.op != request->op || header.request_id != request->request_id)
			return CLIENT_E_PROTOCOL;
		if ((header.flags & WIRE_WAIT) == 0)
			break;
		if (waited)
			return CLIENT_E_PROTOCOL;
		waited = true;
		deadline_ms = last_ms;
	}
	*ret_header = header;
	return 0;
}

static int
open_connection(int *ret_fd)
{
	_cleanup_close_ int fd =
	    socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int r;

	if (fd < 0)
		return -errno;
	r = connect_daemon(fd);
	if (r == 0)
		r = check_peer(fd);
	if (r == 0)
		*ret_fd = base_take_fd(&fd);
	return r;
}

int
client_tell(const struct wire_packet *packet)
{
	_cleanup_close_ int fd = -1;
	int r = open_connection(&fd);

	return r == 0 ? send_request(fd, packet, clock_mono_ms()) : r;
}

int
client_call(struct wire_packet *packet, uint32_t wait_ms, struct wire_header *ret_header)
{
	_cleanup_close_ int fd = -1;
	int64_t start_ms = clock_mono_ms();
	int64_t first_ms =
	    start_ms + (wait_ms < CLIENT_FIRST_MS ? wait_ms : CLIENT_FIRST_MS);
	struct wire_header request;
	int r;

	if (wire_parse(packet->bytes, packet->len, &request) != 0)
		return -EINVAL;
	r = open_connection(&fd);
	if (r == 0)
		r = send_request(fd, packet, first_ms);
	if (r == 0)
		r = await_reply(
		    fd, packet, &request, first_ms, start_ms + wait_ms, ret_header);
	return r;
}
