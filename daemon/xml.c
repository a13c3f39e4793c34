/* SPDX-License-Identifier: Apache-2.0 */
/* xml.c - XML as a stream of elements; contract in xml.h */
#include <errno.h>
#include <expat.h>
#include <string.h>

#include "common/base.h"
#include "daemon/buf.h"
#include "daemon/xml.h"

#define CHUNK 65536u

struct walk {
	XML_Parser parser;
	const struct xml_handlers *handlers;
	void *context;
	struct buf text;
	size_t depth;
	size_t starts[XML_DEPTH_MAX]; /* where each level's name begins in path */
	char path[XML_DEPTH_MAX * (XML_NAME_MAX + 1) / 4];
	size_t path_len;
	int r;
};

static void
parser_freep(XML_Parser *parser)
{
	if (*parser != NULL)
		XML_ParserFree(*parser);
}

static void
stop(struct walk *walk, int r)
{
	if (walk->r == 0)
		walk->r = r;
	(void)XML_StopParser(walk->parser, XML_FALSE);
}

static void
on_start(void *data, const char *name, const char **attributes)
{
	struct walk *walk = data;
	size_t len = strlen(name);

	(void)attributes;
	if (walk->r != 0)
		return;
	if (walk->depth == XML_DEPTH_MAX || len > XML_NAME_MAX ||
	    walk->path_len + len + 2 > sizeof(walk->path)) {
		stop(walk, XML_E_LIMIT);
		return;
	}
	walk->starts[walk->depth++] = walk->path_len;
	if (walk->path_len > 0)
		walk->path[walk->path_len++] = '/';
	memcpy(walk->path + walk->path_len, name, len + 1);
	walk->path_len += len;
	walk->text.len = 0;
	if (walk->handlers->on_open(walk->context, walk->path) != 0)
		stop(walk, XML_E_STOPPED);
}

static void
on_end(void *data, const char *name)
{
	struct walk *walk = data;

	(void)name;
	if (walk->r != 0 || walk->depth == 0)
		return;
	buf_add(&walk->text, "", 0);
	if (walk->text.has_failed) {
		stop(walk, -ENOMEM);
		return;
	}
	if (walk->handlers->on_close(
		walk->context, walk->path, walk->text.bytes, walk->text.len) != 0)
		stop(walk, XML_E_STOPPED);
	walk->path_len = walk->starts[--walk->depth];
	walk->path[walk->path_len] = '\0';
	walk->text.len = 0;
}

static void
on_text(void *data, const char *text, int len)
{
	struct walk *walk = data;

	if (walk->r != 0 || len <= 0)
		return;
	if (walk->text.len + (size_t)len > XML_TEXT_MAX) {
		stop(walk, XML_E_LIMIT);
		return;
	}
	buf_add(&walk->text, text, (size_t)len);
}

static void
on_doctype(void *data, const char *name, const char *system_id, const char *public_id,
    int has_subset)
{
	(void)name;
	(void)system_id;
	(void)public_id;
	(void)has_subset;
	stop(data, XML_E_DOCTYPE);
}

int
xml_parse(
    const char *bytes, size_t len, const struct xml_handlers *handlers, void *context)
{
	_cleanup_(parser_freep) XML_Parser parser = XML_ParserCreate("UTF-8");
	struct walk walk = { .parser = parser, .handlers = handlers, .context = context };
	enum XML_Status status = XML_STATUS_OK;
	size_t done = 0;

	if (parser == NULL)
		return -ENOMEM;
	if (len == 0)
		return XML_E_MALFORMED;
	XML_SetUserData(parser, &walk);
	XML_SetElementHandler(parser, on_start, on_end);
	XML_SetCharacterDataHandler(parser, on_text);
	XML_SetStartDoctypeDeclHandler(parser, on_doctype);
	do {
		size_t part = len - done < CHUNK ? len - done : CHUNK;

		status = XML_Parse(parser, bytes + done, (int)part, done + part == len);
		done += part;
	} while (status == XML_STATUS_OK && walk.r == 0 && done < len);
	if (walk.r == 0 && status != XML_STATUS_OK)
		walk.r = XML_GetErrorCode(parser) == XML_ERROR_NO_MEMORY
			     ? -ENOMEM
			     : XML_E_MALFORMED;
	buf_done(&walk.text);
	return walk.r;
}
