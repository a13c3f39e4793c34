/* SPDX-License-Identifier: Apache-2.0 */
/* server.c - clients of the socket; contract in server.h */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>

#include "common/paths.h"
#include "daemon/answer.h"
#include "daemon/log.h"
#include "daemon/server.h"

#define SERVER_CLIENTS_MAX 256
#define SERVER_PER_UID 16
/* of root and of the key command: as many logins as sshd lets begin at once, and some */
#define SERVER_PER_LOGIN 128
#define SERVER_FOR_ROOT 64 /* places that nobody else takes */
#define SERVER_REQUEST_MS 1000
#define SERVER_MARGIN_MS \
	50 /* a parked client is answered this long before its budget ends */

enum client_parked {
	CLIENT_READING = 0,
	CLIENT_PARKED_EIC,
	CLIENT_PARKED_KEYS,
	CLIENT_PARKED_REFRESH,
};

struct client {
	struct daemon *d;
	int fd;
	uid_t uid;
	pid_t pid;
	sd_event_source *io, *timer;
	enum client_parked parked;
	uint64_t cookie;
	uint8_t *request; /* of a client that was parked */
	size_t request_len;
};

struct server {
	int fd;
	sd_event_source *listen;
	struct client *clients[SERVER_CLIENTS_MAX];
	size_t n_clients;
	struct wire_packet packet; /* of the request, then of the reply: one at a time */
	uint8_t request[WIRE_PACKET_MAX];
};

static void
client_free(struct client *client)
{
	struct server *server = client->d->server;

	for (size_t i = 0; i < server->n_clients; i++)
		if (server->clients[i] == client)
			server->clients[i] = server->clients[--server->n_clients];
	sd_event_source_unref(client->io);
	sd_event_source_unref(client->timer);
	base_closep(&client->fd);
	free(client->request);
	free(client);
}

static void
client_send(const struct client *client, const struct wire_packet *packet)
{
	/* a peer that does not read its one small packet has only itself to blame */
	(void)send(client->fd, packet->bytes, packet->len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void
client_set_timer(struct client *client, int64_t ms)
{
	uint64_t at = (uint64_t)(clock_mono_ms() + ms) * 1000;

	if (sd_event_source_set_time(client->timer, at) < 0 ||
	    sd_event_source_set_enabled(client->timer, SD_EVENT_ONESHOT) < 0)
		log_line(LOG_ERR, "a client's timer could not be set");
}

/* WAIT goes out once, and the request is kept for its next turn; the budget is for all. */
static int
client_park(
    struct client *client, const struct answer_request *request, int how, uint64_t cookie)
{
	static const enum client_parked parked[] = {
		[ANSWER_PARK_EIC] = CLIENT_PARKED_EIC,
		[ANSWER_PARK_KEYS] = CLIENT_PARKED_KEYS,
		[ANSWER_PARK_REFRESH] = CLIENT_PARKED_REFRESH,
	};
	struct wire_packet *packet = &client->d->server->packet;
	int64_t budget = request->header.value;

	client->cookie = cookie;
	client->parked = parked[how];
	if (client->request != NULL)
		return 0;
	client->request = malloc(request->len);
	if (client->request == NULL)
		return -ENOMEM;
	memcpy(client->request, request->bytes, request->len);
	client->request_len = request->len;
	client_set_timer(
	    client, budget > SERVER_MARGIN_MS ? budget - SERVER_MARGIN_MS : 0);
	wire_start(packet, request->header.op, WIRE_WAIT, request->header.request_id, 0);
	client_send(client, packet);
	return 0;
}

/* One turn of a request: answered and closed, or parked. */
static void
client_turn(struct client *client, const uint8_t *bytes, size_t len, bool may_park)
{
	struct wire_packet *packet = &client->d->server->packet;
	struct answer_request request = {
		.bytes = bytes,
		.len = len,
		.uid = client->uid,
		.pid = client->pid,
		.is_after_eic = client->parked == CLIENT_PARKED_EIC,
	};
	uint64_t cookie = 0;
	int how;

	if (wire_parse(bytes, len, &request.header) != 0) {
		client_free(client); /* not our protocol: no reply could be understood */
		return;
	}
	how = answer(client->d, &request, may_park, packet, &cookie);
	if (how != 0 && client_park(client, &request, how, cookie) == 0)
		return;
	if (how != 0)
		(void)answer(client->d, &request, false, packet, &cookie);
	client_send(client, packet);
	client_free(client);
}

/* A request of somebody who has gone on purpose. */
static bool
is_told(const uint8_t *bytes, ssize_t n)
{
	struct wire_header header;

	return n > 0 && n <= WIRE_PACKET_MAX &&
	       wire_parse(bytes, (size_t)n, &header) == 0 &&
	       (header.flags & WIRE_TELL) != 0;
}

static int
client_on_input(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct client *client = arg;
	struct server *server = client->d->server;
	ssize_t n;

	(void)source;
	n = recv(fd, server->request, sizeof(server->request), MSG_DONTWAIT | MSG_TRUNC);
	/* gave up on us while we were stopped: PAM has decided and recorded it by itself */
	if ((events & (EPOLLHUP | EPOLLERR)) != 0 && !is_told(server->request, n)) {
		client_free(client);
		return 0;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	/* hung up, too long, or a second packet of a parked one: nothing more to say */
	if (n <= 0 || (size_t)n > sizeof(server->request) ||
	    client->parked != CLIENT_READING) {
		client_free(client);
		return 0;
	}
	client_turn(client, server->request, (size_t)n, true);
	return 0;
}

/* The budget of a parked client is over, or a silent one has had its second. */
static int
client_on_timer(sd_event_source *source, uint64_t usec, void *arg)
{
	struct client *client = arg;

	(void)source;
	(void)usec;
	if (client->parked == CLIENT_READING)
		client_free(client);
	else
		client_turn(client, client->request, client->request_len, false);
	return 0;
}

static bool
server_has_room(const struct daemon *d, uid_t uid)
{
	const struct server *server = d->server;
	bool is_login = uid == 0 || (d->keys_uid != UINT32_MAX && uid == d->keys_uid);
	size_t limit = is_login ? SERVER_PER_LOGIN : SERVER_PER_UID;
	size_t places = SERVER_CLIENTS_MAX - (uid == 0 ? 0 : SERVER_FOR_ROOT), n = 0;

	for (size_t i = 0; i < server->n_clients; i++)
		n += server->clients[i]->uid == uid ? 1 : 0;
	return server->n_clients < places && n < limit;
}

static int
server_add(struct daemon *d, int fd, const struct ucred *peer)
{
	struct client *client = calloc(1, sizeof(*client));
	uint64_t deadline = (uint64_t)(clock_mono_ms() + SERVER_REQUEST_MS) * 1000;
	int r;

	if (client == NULL)
		return -ENOMEM;
	client->d = d;
	client->fd = fd;
	client->uid = peer->uid;
	client->pid = peer->pid;
	d->server->clients[d->server->n_clients++] = client;
	r = sd_event_add_io(d->event, &client->io, fd, EPOLLIN, client_on_input, client);
	if (r >= 0)
		r = sd_event_add_time(d->event, &client->timer, CLOCK_MONOTONIC, deadline,
		    10000, client_on_timer, client);
	if (r < 0)
		client_free(client); /* closes fd */
	return 0;
}

static int
server_on_connect(sd_event_source *source, int listen_fd, uint32_t events, void *arg)
{
	struct daemon *d = arg;
	struct ucred peer;
	socklen_t size = sizeof(peer);
	_cleanup_close_ int fd = -1;

	(void)source;
	(void)events;
	fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return 0; /* gone already, or out of descriptors: the next turn tries again */
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 ||
	    !server_has_room(d, peer.uid))
		return 0;
	if (server_add(d, fd, &peer) == 0)
		(void)base_take_fd(&fd);
	return 0;
}

/* Turns every client parked behind @cookie; turning removes it, so start over each time. */
static void
server_turn_parked(struct daemon *d, enum client_parked how, uint64_t cookie,
    void (*turn)(struct client *, const void *), const void *arg)
{
	struct server *server = d->server;
	size_t i = 0;

	while (server != NULL && i < server->n_clients) {
		struct client *client = server->clients[i];

		if (client->parked == how && client->cookie == cookie)
			turn(client, arg);
		else
			i++;
	}
}

static void
server_turn_keys(struct client *client, const void *arg)
{
	(void)arg;
	client_turn(client, client->request, client->request_len, false);
}

/* Instance Connect may have nothing, and IAM's answer still be on its way. */
static void
server_turn_eic(struct client *client, const void *arg)
{
	(void)arg;
	client_turn(client, client->request, client->request_len, true);
}

struct server_refresh_end {
	enum refresh_outcome outcome;
	const struct net_error *error;
};

static void
server_turn_refresh(struct client *client, const void *arg)
{
	static const enum wire_status status[] = {
		[REFRESH_DONE] = WIRE_OK,
		[REFRESH_FAILED] = WIRE_FAILED,
		[REFRESH_HELD] = WIRE_HELD,
	};
	const struct server_refresh_end *end = arg;
	struct wire_packet *packet = &client->d->server->packet;
	struct answer_request request = { .bytes = client->request,
		.len = client->request_len };
	char message[320] = "";
	struct refresh_facts facts;

	refresh_facts_read(client->d, &facts);
	if (end->outcome == REFRESH_FAILED)
		(void)snprintf(message, sizeof(message), "%s: %s (%s)",
		    end->error->action, end->error->what, end->error->code);
	else if (end->outcome == REFRESH_HELD)
		(void)snprintf(message, sizeof(message),
		    "the listing shrank from %zu people to %zu; a second one confirms it",
		    facts.held.old_people, facts.held.new_people);
	if (wire_parse(client->request, client->request_len, &request.header) == 0) {
		answer_fail(&request, status[end->outcome], message, packet);
		client_send(client, packet);
	}
	client_free(client);
}

void
server_keys_arrived(struct daemon *d, uint64_t cookie)
{
	server_turn_parked(d, CLIENT_PARKED_KEYS, cookie, server_turn_keys, NULL);
}

void
server_eic_arrived(struct daemon *d, uint64_t cookie)
{
	server_turn_parked(d, CLIENT_PARKED_EIC, cookie, server_turn_eic, NULL);
}

void
server_refreshed(struct daemon *d, uint64_t cookie, enum refresh_outcome outcome,
    const struct net_error *error)
{
	struct server_refresh_end end = { outcome, error };

	server_turn_parked(d, CLIENT_PARKED_REFRESH, cookie, server_turn_refresh, &end);
}

size_t
server_n_clients(const struct daemon *d)
{
	return d->server != NULL ? d->server->n_clients : 0;
}

/* A socket that a dead daemon left is replaced by rename, so no client sees a gap. */
static int
server_bind(int *ret_fd)
{
	_cleanup_close_ int fd =
	    socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int n =
	    snprintf(address.sun_path, sizeof(address.sun_path), "%s.new", paths_socket);

	if (fd < 0)
		return -errno;
	if (n < 0 || (size_t)n >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	(void)unlink(address.sun_path);
	/* everybody may ask; who is asking decides what is answered */
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
	    chmod(address.sun_path, 0666) != 0 || listen(fd, SERVER_CLIENTS_MAX) != 0 ||
	    rename(address.sun_path, paths_socket) != 0)
		return -errno;
	*ret_fd = base_take_fd(&fd);
	return 0;
}

/* One that somebody else listens at since before we were started: its backlog is ours. */
static int
server_take(int *ret_fd)
{
	int n = sd_listen_fds(1), flags;

	if (n <= 0)
		return n < 0 ? n : -ENOENT;
	if (n != 1 || sd_is_socket_unix(
			  SD_LISTEN_FDS_START, SOCK_SEQPACKET, 1, paths_socket, 0) <= 0) {
		log_line(LOG_WARNING,
		    "what was passed is not one SEQPACKET socket that listens at %s: "
		    "iamlogind makes its own",
		    paths_socket);
		return -ENOENT;
	}
	/* systemd.exec(5) passes it blocking, and a peer that is gone must not stop us */
	flags = fcntl(SD_LISTEN_FDS_START, F_GETFL);
	if (flags < 0 || fcntl(SD_LISTEN_FDS_START, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;
	*ret_fd = SD_LISTEN_FDS_START;
	return 0;
}

int
server_start(struct daemon *d)
{
	struct server *server;
	int r;

	server = calloc(1, sizeof(*server));
	if (server == NULL)
		return -ENOMEM;
	server->fd = -1;
	d->server = server;
	r = server_take(&server->fd);
	if (r == -ENOENT)
		r = server_bind(&server->fd);
	if (r != 0)
		return log_error(r, "%s", paths_socket);
	r = sd_event_add_io(
	    d->event, &server->listen, server->fd, EPOLLIN, server_on_connect, d);
	return r < 0 ? r : 0;
}

void
server_stop(struct daemon *d)
{
	struct server *server = d->server;

	if (server == NULL)
		return;
	while (server->n_clients > 0)
		client_free(server->clients[0]);
	sd_event_source_unref(server->listen);
	base_closep(&server->fd);
	free(server);
	d->server = NULL;
}
