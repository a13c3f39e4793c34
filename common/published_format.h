/* SPDX-License-Identifier: Apache-2.0 */
/*
 * published_format.h - the bytes of the two published files
 *
 * Room: common. Little-endian; sections are 8-aligned; the format only grows: unknown
 * section ids are skipped, a larger stride than known is fine. Files are immutable but for
 * the live line, and are only ever replaced by rename(2).
 *
 * Header, 320 bytes
 *   off  size  field
 *     0    8   magic           "IAMLSNP1" or "IAMLKEY1"
 *     8    4   header_size     320 or more
 *    12    4   major           1
 *    16    4   flags           PUBLISHED_COMPLETE always; PUBLISHED_ENUMERATE;
 *                              PUBLISHED_LOCAL_*: one or none
 *    20    4   n_sections
 *    24    8   file_size       bytes, equals the size of the file
 *    32    8   generation      grows by one with each publication
 *    40    8   hash_seed
 *    48    4   id_first        the writer's id range
 *    52    4   id_last
 *    56    8   built_wall_ms
 *    64    8   built_boot_ms
 *    72   16   boot_id         raw bytes of /proc/sys/kernel/random/boot_id
 *    88   32   instance_id     text, NUL-padded; empty with kind = file and no tag
 *   120   12   account         12 digits, or NULs
 *   132    4   fresh_s         the effective fresh time
 *   136    4   grace_s
 *   140    4   sudo_grace_s
 *   144    4   check           published_check_table(); 0 = none
 *   148  108   zero
 * The live line, one cache line: what changes after publication
 *   256    4   state           enum published_state
 *   260    4   zero
 *   264    8   verified_wall_ms   0 = never
 *   272    8   verified_boot_ms
 *   280   40   zero
 * Section table at header_size, n_sections x 24 bytes
 *     0    4   id
 *     4    4   stride          bytes a record
 *     8    8   offset          from the start of the file, 8-aligned
 *    16    8   count           records
 *
 * Slots of the four hash indexes (and of BY_ACCOUNT) are 8 bytes {u32 tag, u32 record + 1}:
 * open addressing, linear probing, a power of two of slots, load <= 0.5; record 0 = empty.
 * The slot of a hash h is (h >> 32) & (slots - 1) and the tag its low 32 bits.
 *
 * The snapshot's sections
 *   1 USERS  stride 64
 *      0 u32 uid · 4 u32 gid · 8 u32 flags (USER_*) · 12 u32 strings (offset in STRINGS)
 *     16 u16 len[5] name, passwd "*", gecos, dir, shell: each without its NUL; the five lie
 *        one after the other in STRINGS, each with its NUL, in the order of struct passwd
 *     26 u16 n_gids (without gid itself) · 28 u32 gids (first in GIDS)
 *     32 u32 strings_check: published_check_text() of the five
 *     36 u32 allow_mask · 40 u32 known_mask (bit n = SERVICES record n)
 *     44 u32 check: published_check() of bytes 0…43; 0 = no checks, these three
 *     48 i64 verified_wall_ms · 56 i64 verified_boot_ms (0 = the header's)
 *   2 USER_BY_NAME  3 USER_BY_ID  slots into USERS; every record is in both
 *   4 GROUPS  stride 32
 *      0 u32 gid · 4 u32 flags · 8 u32 name (offset in STRINGS) · 12 u16 name_len · 14 u16 0
 *     16 u32 members (offset in MEMBERS) · 20 u32 n_members · 24 u32 members_size (bytes there)
 *     28 u32 check: published_check() of bytes 0…27, and of the name with its NUL, to which
 *        published_sum() of the members is added; 0 = none
 *   5 GROUP_BY_NAME  6 GROUP_BY_ID  slots into GROUPS. Private groups (gid = uid of a user)
 *     are not in GROUPS: the reader makes them from USERS.
 *   7 GIDS  stride 4: u32 gid; behind those of one user their published_check_text()
 *   8 MEMBERS  stride 1: those of one group one after the other, each {u8 length, name, NUL}:
 *     what getgrgid(3) needs in one piece, where a list of records is a hundred places in memory
 *   9 STRINGS  stride 1
 *  10 SERVICES  stride 32: name, NUL-padded; record 0 "login", 1 "sudo", then [login:NAME]
 *  11 BREAK_GLASS  stride 40: local accounts that nothing of ours ever closes
 *      0 36 name, NUL-padded · 36 u32 check: published_check() of bytes 0…35
 *  12 SESSIONS  stride 16, one record: what the warden does with sessions
 *      0 u32 on_revoke (enum published_on_revoke) · 4 u32 session_manager (enum
 *        published_session_manager)
 *      8 u32 check: published_check() of bytes 0…7 · 12 u32 zero
 *
 * A USER_LOCAL record stands for each listed local account ([accounts] shared), also while
 * nobody may use it: uid and gid are those of /etc/passwd, gids those that we add to it,
 * USER_NAME says that somebody may log in to it now. A user with several people behind it,
 * or with a role, is USER_SHARED: its login bits say "somebody may", its sudo bit "everybody
 * who may log in may"; each person's own verdict is in CLAIMS. Where the rules speak of ways in
 * (via:, caller:) all verdicts are those of the best way, the user is USER_BY_WAY, and a key
 * by which its person may not come in is not in KEYS.
 *
 * The key file's sections. PERSONS has everybody in scope; who has no account here has
 * neither claims nor keys, but can be told from a stranger.
 *   1 PERSONS  stride 64
 *      0 u32 unique_id · 4 u32 arn · 8 u32 name (offsets in STRINGS) · 12 u16 len[3]
 *     18 u8 kind (enum principal kind: 1 iam-user, 2 role, 3 person)
 *     19 u8 guest: what [login] says of them on an account that is not theirs (0 not said,
 *        1 denied, 2 not knowable, 3 allowed)
 *     20 u32 keys (first in KEYS) · 24 u32 n_keys · 28 u32 zero
 *     32 i64 verified_wall_ms · 40 i64 verified_boot_ms · 48 16 zero
 *   2 CLAIMS  stride 32, those of one account one after the other
 *      0 u32 account (offset in STRINGS) · 4 u16 account_len · 6 u16 zero · 8 u32 uid
 *     12 u32 person · 16 u32 allow_mask · 20 u32 known_mask · 24 8 zero
 *   3 KEYS  stride 112
 *      0 u32 person · 4 u32 type · 8 u32 blob · 12 u32 key_id (offsets in STRINGS)
 *     16 u16 type_len · 18 u16 blob_len · 20 u16 key_id_len · 22 u8 source · 23 u8 zero
 *     24 32 sha256 of the blob · 56 i64 checked_wall_ms · 64 i64 checked_boot_ms (0 = the
 *     header's: the key came with the directory)
 *     72 i64 expires_wall_ms (0 = never) · 80 32 zero
 *   4 BY_ACCOUNT  slots: account name -> first record of CLAIMS
 *   9 STRINGS  stride 1
 *
 * Beside the snapshot a symbolic link, for those who cannot open a file (common/doors.h). It
 * points to words with a blank before and behind each: "local=closed" unless [accounts] local
 * is any, "break_glass=NAME" and "shared=NAME" for each name there. Where not
 * all of shared have room, "shared=*" stands last: anybody may be one of them.
 */
#ifndef COMMON_PUBLISHED_FORMAT_H
#define COMMON_PUBLISHED_FORMAT_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>

#define PUBLISHED_MAGIC_SNAPSHOT "IAMLSNP1"
#define PUBLISHED_MAGIC_KEYS "IAMLKEY1"
#define PUBLISHED_MAGIC_SIZE 8
#define PUBLISHED_HEADER_SIZE 320
#define PUBLISHED_MAJOR 1
#define PUBLISHED_SECTION_SIZE 24
#define PUBLISHED_SLOT_SIZE 8
#define PUBLISHED_SECTIONS_MAX 64   /* in a file */
#define PUBLISHED_SECTION_ID_MAX 15 /* that we know or will know soon */
#define PUBLISHED_SIZE_MAX (256u << 20)

#define DOORS_TEXT_SIZE 4095 /* what symlink(2) takes without its NUL */
#define DOORS_WORD_SIZE 64 /* with both blanks and a NUL; useradd(8) takes names of 32 */
#define DOORS_LOCAL "local"
#define DOORS_LOCAL_CLOSED "closed"
#define DOORS_BREAK_GLASS_NAME "break_glass"
#define DOORS_LISTED_NAME "shared"
#define DOORS_ANYBODY "*"

enum {
	PUBLISHED_COMPLETE = 1u << 0,
	PUBLISHED_ENUMERATE = 1u << 1,
	/* [accounts] local; neither of them: any */
	PUBLISHED_LOCAL_LISTED = 1u << 2,
	PUBLISHED_LOCAL_BREAK_GLASS = 1u << 3,
};

enum published_offset {
	PUBLISHED_AT_HEADER_SIZE = 8,
	PUBLISHED_AT_MAJOR = 12,
	PUBLISHED_AT_FLAGS = 16,
	PUBLISHED_AT_N_SECTIONS = 20,
	PUBLISHED_AT_FILE_SIZE = 24,
	PUBLISHED_AT_GENERATION = 32,
	PUBLISHED_AT_HASH_SEED = 40,
	PUBLISHED_AT_ID_FIRST = 48,
	PUBLISHED_AT_ID_LAST = 52,
	PUBLISHED_AT_BUILT_WALL = 56,
	PUBLISHED_AT_BUILT_BOOT = 64,
	PUBLISHED_AT_BOOT_ID = 72,
	PUBLISHED_AT_INSTANCE = 88,
	PUBLISHED_AT_ACCOUNT = 120,
	PUBLISHED_AT_FRESH = 132,
	PUBLISHED_AT_GRACE = 136,
	PUBLISHED_AT_SUDO_GRACE = 140,
	PUBLISHED_AT_CHECK = 144,
	PUBLISHED_AT_STATE = 256,
	PUBLISHED_AT_VERIFIED_WALL = 264,
	PUBLISHED_AT_VERIFIED_BOOT = 272,
};

enum published_state {
	PUBLISHED_LIVE = 1,
	PUBLISHED_SUPERSEDED = 2, /* a newer one stands at the path */
	PUBLISHED_REVOKED =
	    3, /* believe nothing of it: another instance's or account's */
};

enum snapshot_section {
	SNAPSHOT_USERS = 1,
	SNAPSHOT_USER_BY_NAME,
	SNAPSHOT_USER_BY_ID,
	SNAPSHOT_GROUPS,
	SNAPSHOT_GROUP_BY_NAME,
	SNAPSHOT_GROUP_BY_ID,
	SNAPSHOT_GIDS,
	SNAPSHOT_MEMBERS,
	SNAPSHOT_STRINGS,
	SNAPSHOT_SERVICES,
	SNAPSHOT_BREAK_GLASS,
	SNAPSHOT_SESSIONS,
};

enum keysfile_section {
	KEYSFILE_PERSONS = 1,
	KEYSFILE_CLAIMS,
	KEYSFILE_KEYS,
	KEYSFILE_BY_ACCOUNT,
	KEYSFILE_STRINGS = 9,
};

#define SNAPSHOT_USER_SIZE 64
#define SNAPSHOT_GROUP_SIZE 32
#define SNAPSHOT_SERVICE_SIZE 32
#define SNAPSHOT_SERVICES_MAX 30
#define SNAPSHOT_SESSIONS_SIZE 16
#define SNAPSHOT_BREAK_GLASS_SIZE 40
#define SNAPSHOT_BREAK_GLASS_NAME 36 /* with at least one NUL; useradd(8) takes 32 */
#define SNAPSHOT_SERVICE_LOGIN 0
#define SNAPSHOT_SERVICE_SUDO 1
#define SNAPSHOT_MEMBERS_MAX 1000 /* a group with more lists none; initgroups has them */
#define KEYSFILE_PERSON_SIZE 64
#define KEYSFILE_CLAIM_SIZE 32
#define KEYSFILE_KEY_SIZE 112

/* flags of USERS */
enum {
	USER_NAME = 1u << 0, /* getpwnam and initgroups answer: may log in here now */
	USER_LOCAL =
	    1u << 1, /* PAM's data only: a listed local account; NSS never answers */
	USER_SHARED =
	    1u << 2, /* several principals; open_session decides for the person */
	USER_RUNAS = 1u << 3,   /* a Session Manager RunAs target: wants a home */
	USER_RETIRED = 1u << 4, /* was authorized here once: id -> name only */
	USER_BY_WAY = 1u << 5,  /* the login bits hold for a published key; any other way
	                         * in (password, …) is the daemon's to decide */
};

/* [session] on_revoke: the processes of people who may no longer log in */
enum published_on_revoke {
	ON_REVOKE_KEEP = 1,
	ON_REVOKE_NOTIFY,
	ON_REVOKE_TERMINATE,
};

/* [session] session_manager: a session whose owner does not map to its account */
enum published_session_manager {
	SESSION_MANAGER_AUDIT = 1,
	SESSION_MANAGER_TERMINATE,
};

enum keysfile_source {
	KEYSFILE_SOURCE_IAM = 1,
	KEYSFILE_SOURCE_TAG,
	KEYSFILE_SOURCE_FILE,
	KEYSFILE_SOURCE_EIC,
};

enum principal_kind {
	PRINCIPAL_IAM_USER = 1,
	PRINCIPAL_ROLE,
	PRINCIPAL_PERSON,
};

/*
 * The ids that the reader lets through, whatever a file says: a captured daemon cannot name
 * uid 0. Unused by systemd and subuid, below 2^31 (design section 5).
 */
#define IDS_FIRST 0x70000000u
#define IDS_LAST 0x7ffdffffu
#define IDS_GROUP_USERS 0x70001000u /* iamlogin-users: everybody from IAM */
#define IDS_GROUP_SUDO 0x70001001u  /* iamlogin-sudo: whom [sudo] allows */

static inline int
ids_is_ours(uint32_t id)
{
	return id >= IDS_FIRST && id <= IDS_LAST;
}

/**
 * published_hash() - of a name; the one function that writer and readers share
 *
 * Not cryptographic: the seed only keeps an accidental clustering from being permanent.
 * Whoever can write the file needs no collision, and a reader's probe is bounded by the
 * number of slots.
 */
static inline uint64_t
published_hash(uint64_t seed, const void *name, size_t len)
{
	const unsigned char *p = name;
	uint64_t h = seed ^ (len * 0x9e3779b97f4a7c15u);
	uint64_t word = 0;

	if (len >= 8) {
		const unsigned char *last = p + len - 8;

		for (; p < last; p += 8) {
			__builtin_memcpy(&word, p, 8);
			h = (h ^ le64toh(word)) * 0xff51afd7ed558ccdu;
			h ^= h >> 32;
		}
		__builtin_memcpy(&word, last, 8); /* some of them for the second time */
		word = le64toh(word);
	} else {
		for (; len > 0; p++, len--)
			word = word << 8 | *p;
	}
	h = (h ^ word) * 0xc4ceb9fe1a85ec53u;
	h ^= h >> 29;
	h *= 0x9e3779b97f4a7c15u;
	return h ^ h >> 32;
}

/** published_hash_id() - of a uid or gid */
static inline uint64_t
published_hash_id(uint64_t seed, uint32_t id)
{
	uint64_t h = (seed ^ id) * 0xff51afd7ed558ccdu;

	h ^= h >> 33;
	h *= 0xc4ceb9fe1a85ec53u;
	return h ^ h >> 32;
}

/**
 * published_sum() - of bytes: two polynomials in an odd number, of the even words and the odd
 *
 * Against damage, not against whoever can write the file: any change within one word is
 * seen, so is an exchange of two. Neither waits for the other: two operations a word, some
 * 4 ns a user.
 */
static inline uint64_t
published_sum(const void *bytes, size_t len)
{
	const uint64_t base = 0xff51afd7ed558ccdu;
	const unsigned char *p = bytes;
	uint64_t even = len, odd = 0, word = 0;

	if (len < 8) {
		for (; len > 0; len--)
			word = word << 8 | p[len - 1];
		return even * base + word;
	}
	for (; len >= 16; p += 16, len -= 16) {
		__builtin_memcpy(&word, p, 8);
		even = even * base + le64toh(word);
		__builtin_memcpy(&word, p + 8, 8);
		odd = odd * base + le64toh(word);
	}
	if (len >= 8) {
		__builtin_memcpy(&word, p, 8);
		even = even * base + le64toh(word);
		p += 8;
		len -= 8;
	}
	if (len > 0) {
		__builtin_memcpy(&word, p + len - 8, 8); /* in part for the second time */
		odd = odd * base + le64toh(word);
	}
	return even * 0x9e3779b97f4a7c15u + odd * 0xc4ceb9fe1a85ec53u;
}

/**
 * published_check() - of the first @size bytes of a record and of its text
 *
 * Never 0, and no single byte of it is all that makes it so: 0 says that there is no check.
 */
static inline uint32_t
published_check(const void *record, size_t size, uint64_t text_sum)
{
	uint64_t h = published_sum(record, size) ^ text_sum * 0xc4ceb9fe1a85ec53u;

	return (uint32_t)(h ^ h >> 32) | 0x00010001u;
}

/** published_check_text() - of bytes that a record's check does not cover; may be 0 */
static inline uint32_t
published_check_text(const void *bytes, size_t len)
{
	uint64_t h = published_sum(bytes, len);

	return (uint32_t)(h ^ h >> 32);
}

/**
 * published_check_table() - of where everything lies: bytes 0…31, the seed, the section table
 *
 * A record's own check does not see that it is another record's place.
 */
static inline uint32_t
published_check_table(
    const unsigned char *bytes, uint32_t header_size, uint32_t n_sections)
{
	uint64_t sum = published_sum(bytes + PUBLISHED_AT_HASH_SEED, 8);

	sum += published_sum(
	    bytes + header_size, (size_t)n_sections * PUBLISHED_SECTION_SIZE);
	return published_check(bytes, PUBLISHED_AT_GENERATION, sum);
}

#endif
