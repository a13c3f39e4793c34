/* SPDX-License-Identifier: Apache-2.0 */
/* xml.c - XML as a stream of elements; contract in xml.h */
#include <errno.h>
#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "common/base.h"
#include "daemon/buf.h"
#include "daemon/xml.h"

#define CHUNK 65536u

struct xml {
	XML_Parser parser;
	const struct xml_handlers *handlers;
	void *context;
	struct buf text;
	size_t depth;
	size_t
	    skipping; /* depth below which nobody wants to hear; 0: nothing is skipped */
	size_t starts[XML_DEPTH_MAX]; /* where each level's name begins in path */
	char path[XML_DEPTH_MAX * (XML_NAME_MAX + 1) / 4];
	size_t path_len;
	int r;
};

static void
stop(struct xml *walk, int r)
{
	if (walk->r == 0)
		walk->r = r;
	(void)XML_StopParser(walk->parser, XML_FALSE);
}

static void
on_start(void *data, const char *name, const char **attributes)
{
	struct xml *walk = data;
	size_t len = strlen(name);
	int r;

	(void)attributes;
	if (walk->r != 0)
		return;
	if (walk->skipping != 0) {
		if (walk->depth++ == XML_DEPTH_MAX)
			stop(walk, XML_E_LIMIT);
		return;
	}
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
	r = walk->handlers->on_open(walk->context, walk->path);
	if (r == XML_SKIP)
		walk->skipping = walk->depth;
	else if (r != 0)
		stop(walk, XML_E_STOPPED);
}

static void
leave(struct xml *walk)
{
	walk->path_len = walk->starts[--walk->depth];
	walk->path[walk->path_len] = '\0';
	walk->text.len = 0;
}

static void
on_end(void *data, const char *name)
{
	struct xml *walk = data;

	(void)name;
	if (walk->r != 0 || walk->depth == 0)
		return;
	if (walk->skipping != 0 && walk->depth > walk->skipping) {
		walk->depth--;
		return;
	}
	if (walk->skipping != 0) {
		walk->skipping = 0;
		leave(walk);
		return;
	}
	buf_add(&walk->text, "", 0);
	if (walk->text.has_failed) {
		stop(walk, -ENOMEM);
		return;
	}
	if (walk->handlers->on_close(
		walk->context, walk->path, walk->text.bytes, walk->text.len) != 0)
		stop(walk, XML_E_STOPPED);
	leave(walk);
}

static void
on_text(void *data, const char *text, int len)
{
	struct xml *walk = data;

	if (walk->r != 0 || len <= 0 || walk->skipping != 0)
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
xml_new(const struct xml_handlers *handlers, void *context, struct xml **ret_xml)
{
	struct xml *xml = calloc(1, sizeof(*xml));

	if (xml == NULL)
		return -ENOMEM;
	xml->handlers = handlers;
	xml->context = context;
	xml->parser = XML_ParserCreate("UTF-8");
	if (xml->parser == NULL) {
		free(xml);
		return -ENOMEM;
	}
	XML_SetUserData(xml->parser, xml);
	XML_SetElementHandler(xml->parser, on_start, on_end);
	XML_SetCharacterDataHandler(xml->parser, on_text);
	XML_SetStartDoctypeDeclHandler(xml->parser, on_doctype);
	*ret_xml = xml;
	return 0;
}

static int
feed(struct xml *xml, const char *bytes, size_t len, int is_last)
{
	if (xml->r != 0)
		return xml->r;
	if (XML_Parse(xml->parser, bytes, (int)len, is_last) != XML_STATUS_OK &&
	    xml->r == 0)
		xml->r = XML_GetErrorCode(xml->parser) == XML_ERROR_NO_MEMORY
			     ? -ENOMEM
			     : XML_E_MALFORMED;
	return xml->r;
}

int
xml_feed(struct xml *xml, const char *bytes, size_t len)
{
	size_t done = 0;
	int r = xml->r;

	while (r == 0 && done < len) {
		size_t part = len - done < CHUNK ? len - done : CHUNK;

		r = feed(xml, bytes + done, part, 0);
		done += part;
	}
	return r;
}

int
xml_finish(struct xml *xml)
{
	return feed(xml, "", 0, 1);
}

void
xml_free(struct xml *xml)
{
	if (xml == NULL)
		return;
	XML_ParserFree(xml->parser);
	buf_done(&xml->text);
	free(xml);
}

int
xml_parse(
    const char *bytes, size_t len, const struct xml_handlers *handlers, void *context)
{
	_cleanup_(xml_freep) struct xml *xml = NULL;
	int r = xml_new(handlers, context, &xml);

	if (r == 0)
		r = xml_feed(xml, bytes, len);
	return r == 0 ? xml_finish(xml) : r;
}
