/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xml.h - XML as a stream of elements: path and text, no tree
 *
 * Room: daemon. With xml.c the only place that includes expat. What comes is hostile: a
 * DOCTYPE (and with it every entity of its own) is refused, depth, name length and text
 * length are bounded, and nothing is kept but the path and the text of one element.
 * Namespaces are not looked at: names are as written. Bytes may be fed as they
 * come, so that an answer of any length costs no memory.
 */
#ifndef DAEMON_XML_H
#define DAEMON_XML_H

#include <limits.h>
#include <stddef.h>

#include "common/base.h"

#define XML_DEPTH_MAX 64
#define XML_NAME_MAX 128   /* bytes of one element's name */
#define XML_TEXT_MAX 65536 /* bytes of one element's text */
#define XML_SKIP INT_MIN   /* on_open: read past the element and all below it */

enum {
	XML_E_MALFORMED = 1, /* not well-formed, not UTF-8, or cut off */
	XML_E_DOCTYPE,       /* there is a DOCTYPE */
	XML_E_LIMIT,         /* too deep, or a name or a text is too long */
	XML_E_STOPPED,       /* a handler had enough */
};

/* Both return 0, or anything else (but XML_SKIP) to stop. */
struct xml_handlers {
	/*
	 * An element opens. @path: names from the root on, joined by '/'. After XML_SKIP no
	 * handler is called for it nor below it, and no text is kept.
	 */
	int (*on_open)(void *context, const char *path);
	/* It closes. @text: its own text behind its last child, NUL-terminated. */
	int (*on_close)(void *context, const char *path, const char *text, size_t len);
};

struct xml;

/** xml_new() - @handlers must outlive it; 0 or -ENOMEM */
int xml_new(const struct xml_handlers *handlers, void *context, struct xml **ret_xml);

/** xml_feed() - the next bytes; 0, or from the first failure on XML_E_* or -ENOMEM */
int xml_feed(struct xml *xml, const char *bytes, size_t len);

/** xml_finish() - there are no more; 0 when the document is whole, else as xml_feed() */
int xml_finish(struct xml *xml);

void xml_free(struct xml *xml);

static inline void
xml_freep(struct xml **xml)
{
	xml_free(*xml);
}

/** xml_parse() - a whole document; 0, XML_E_*, or -ENOMEM */
int xml_parse(
    const char *bytes, size_t len, const struct xml_handlers *handlers, void *context);

#endif
