/* SPDX-License-Identifier: Apache-2.0 */
/* doctor_imds.c - the metadata service as a stranger on this host sees it */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "cli/doctor.h"
#include "cli/output.h"

#define ADDRESS "169.254.169.254"
#define ANSWER_SIZE 4096

/* One request on one connection, within two seconds; the status code, or -errno. */
static int
ask(const char *request, char answer[ANSWER_SIZE])
{
	_cleanup_close_ int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const struct timeval patience = { .tv_sec = 2 };
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(80) };
	size_t len = 0;
	ssize_t n;

	if (fd < 0 || inet_pton(AF_INET, ADDRESS, &to.sin_addr) != 1 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0 ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0 ||
	    send(fd, request, strlen(request), MSG_NOSIGNAL) < 0)
		return -errno;
	while (len + 1 < ANSWER_SIZE &&
	       (n = recv(fd, answer + len, ANSWER_SIZE - 1 - len, 0)) > 0)
		len += (size_t)n;
	answer[len] = '\0';
	if (len < 12 || strncmp(answer, "HTTP/1.", 7) != 0)
		return -EPROTO;
	return (int)strtol(answer + 9, NULL, 10);
}

static int
take_token(char ret_token[128])
{
	static const char request[] =
	    "PUT /latest/api/token HTTP/1.1\r\nHost: " ADDRESS "\r\nContent-Length: 0\r\n"
	    "X-aws-ec2-metadata-token-ttl-seconds: 60\r\nConnection: close\r\n\r\n";
	char answer[ANSWER_SIZE], *body;
	int code = ask(request, answer);

	if (code != 200)
		return code;
	body = strstr(answer, "\r\n\r\n");
	if (body == NULL || strlen(body + 4) >= 128)
		return -EPROTO;
	(void)snprintf(ret_token, 128, "%s", body + 4);
	ret_token[strcspn(ret_token, "\r\n")] = '\0';
	return code;
}

static int
get(const char *path, const char *token)
{
	char request[512], answer[ANSWER_SIZE];

	(void)snprintf(request, sizeof(request),
	    "GET %s HTTP/1.1\r\nHost: " ADDRESS "\r\n%s%s%sConnection: close\r\n\r\n",
	    path, token != NULL ? "X-aws-ec2-metadata-token: " : "",
	    token != NULL ? token : "", token != NULL ? "\r\n" : "");
	return ask(request, answer);
}

static void
check_tags(struct doctor *doctor, const char *token)
{
	int code = get("/latest/meta-data/tags/instance", token);

	if (code == 200)
		doctor_say(doctor, DOCTOR_OK, "instance tags", NULL, "IMDS has them");
	else
		doctor_say(doctor, DOCTOR_WARNING, "instance tags",
		    "aws ec2 modify-instance-metadata-options --instance-id ID "
		    "--instance-metadata-tags enabled",
		    "IMDS does not have them (%d): rules with instance: and match: need "
		    "ec2:DescribeTags",
		    code);
}

void
doctor_imds(struct doctor *doctor)
{
	const char *source = output_string(doctor_status(doctor), "source");
	char token[128];
	int code;

	if (source != NULL && strcmp(source, "file") == 0)
		return;
	code = take_token(token);
	if (code != 200) {
		doctor_say(doctor, DOCTOR_FAILED, "imds",
		    "aws ec2 modify-instance-metadata-options --instance-id ID "
		    "--http-endpoint enabled --http-tokens required",
		    "gives no token (%s)",
		    code < 0 ? strerror(-code) : "it answers, with an error");
		return;
	}
	code = get("/latest/meta-data/instance-id", NULL);
	if (code == 200)
		doctor_say(doctor, DOCTOR_WARNING, "imds",
		    "aws ec2 modify-instance-metadata-options --instance-id ID "
		    "--http-tokens required",
		    "version 1 is on: a proxy or a URL fetcher on this host can be made to "
		    "read the role's credentials");
	else
		doctor_say(doctor, DOCTOR_OK, "imds", NULL, "version 2 only");
	/* the limit is on packets that IMDS sends; from here all of them arrive */
	doctor_say(doctor, DOCTOR_OK, "imds", NULL,
	    "the hop limit cannot be seen from inside: 1 keeps bridged containers out (aws ec2 "
	    "modify-instance-metadata-options --http-put-response-hop-limit 1)");
	check_tags(doctor, token);
}
