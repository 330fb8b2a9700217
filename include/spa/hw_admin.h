/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/* The admin and event queues: commands, counters, events, health and crash dump. A part of <spa/hw.h>. */
#ifndef SPA_HW_ADMIN_H
#define SPA_HW_ADMIN_H

#include <spa/hw_types.h>

/* ---- Commands ------------------------------------------------------------------------------------- */

#define SPA_COMMANDS(X)                                                                                   \
	X(NOP, 0, "does nothing, in order")                                                               \
	X(SA_ADD, 1, "index, addr -> struct spa_sa")                                                      \
	X(SA_DELETE, 2, "index, generation; keys are wiped before the completion is written")             \
	X(SA_READ, 3, "index, generation, addr <- struct spa_sa_stats")                                   \
	X(SA_FLUSH, 4, "deletes all SAs")                                                                 \
	X(STATS_READ, 5, "addr <- struct spa_port_stats")                                                 \
	X(PORT_SET, 6, "arg: SPA_PORT_* bits; rx runs only while UP")                                     \
	X(MAC_SET, 7, "arg: station address, octet 0 in the low bits")                                    \
	X(OWNER_RELEASE, 8, "index: owner; destroys every key that this owner has in the key store")      \
	X(SA_UPDATE, 9, "index, generation, addr -> struct spa_sa_update")                                \
	X(POLICY_ADD, 10, "index, addr -> struct spa_policy")                                             \
	X(POLICY_DELETE, 11, "index, generation")                                                         \
	X(POLICY_FLUSH, 12, "deletes all policies")                                                       \
	X(RSS_SET, 13, "addr -> struct spa_rss")                                                          \
	X(SHADOW_SET, 14, "addr: two pages, length SPA_SHADOW_SIZE; length 0 ends it")                    \
	X(HEALTH_READ, 15, "addr <- struct spa_health")

enum spa_admin_opcode {
#define SPA_X(name, value, text) SPA_CMD_##name = value,
	SPA_COMMANDS(SPA_X)
#undef SPA_X
};

#define SPA_PORT_UP (1u << 0)
#define SPA_PORT_PROMISC (1u << 1)
#define SPA_PORT_ALLMULTI (1u << 2)

struct spa_admin_cmd { /* 64 octets */
	__le16 opcode;
	__le16 reserved0;
	__le32 index;
	__le32 generation;
	__le32 length;     /* octets at addr; must be the size of the structure */
	__le64 addr;
	__le64 arg;
	__le64 tag;
	__u8 reserved1[24];
};

struct spa_port_stats { /* 256 octets, written by SPA_CMD_STATS_READ */
	__le64 rx_frames;
	__le64 rx_bytes;
	__le64 rx_no_buffer;    /* no rx descriptor, or the frame did not fit it */
	__le64 rx_too_long;
	__le64 rx_esp_ok;
	__le64 rx_esp_auth;
	__le64 rx_esp_replay;
	__le64 rx_esp_format;
	__le64 rx_esp_no_sa;    /* ESP to one of our addresses whose SPI is unknown */
	__le64 tx_frames;       /* on the wire: segments, not what was cut */
	__le64 tx_bytes;
	__le64 tx_errors;       /* malformed descriptors, port refused the frame */
	__le64 tx_esp_ok;
	__le64 tx_esp_errors;
	__le64 pk_done;
	__le64 pk_errors;
	__le64 tx_tso_frames;   /* frames that were cut */
	__le64 tx_tso_segments; /* and what they became */
	__le64 rx_csum_ok;
	__le64 tx_packet_protected; /* packet mode: encapsulated */
	__le64 tx_packet_bypassed;  /* no policy, an ALLOW policy, or IKE */
	__le64 tx_packet_blocked;
	__le64 tx_packet_no_sa;
	__le64 rx_packet_ok;        /* packet mode: decapsulated and delivered */
	__le64 rx_packet_selector;  /* decapsulated, but neither selector nor policy wanted it */
	__le64 rx_packet_blocked;   /* came in the clear, against a policy */
	__le64 events_lost;
	__le64 interrupts;
	__le64 reserved[4];
};

/* ---- Events --------------------------------------------------------------------------------------- */

#define SPA_EVENTS(X)                                                                                     \
	X(UNKNOWN_SPI, 1, "ESP for an SPI that the card has not; rate-limited on the card")               \
	X(SOFT_EXPIRE, 2, "a soft limit of an SA was reached")                                            \
	X(HARD_EXPIRE, 3, "a hard limit of an SA was reached; the SA passes nothing any more")            \
	X(AUTH_FAILURE, 4, "an ICV was wrong; rate-limited")                                              \
	X(REPLAY_FAILURE, 5, "a sequence number was not new; rate-limited")                               \
	X(LINK, 6, "the LINK register changed")                                                           \
	X(SEQ_SOFT, 7, "outbound sequence numbers nearly used up")                                        \
	X(HEALTH, 8, "ERROR notes what did not stop the card; sa_index: ERROR, sa_generation: ERROR_INFO")

enum spa_event_type {
#define SPA_X(name, value, text) SPA_EVENT_##name = value,
	SPA_EVENTS(SPA_X)
#undef SPA_X
};

struct spa_event { /* 64 octets, written by the card; `phase` last, as in spa_completion */
	__le16 type;       /* enum spa_event_type */
	__u8 family;       /* 4 or 6 where addresses are given, else 0 */
	__u8 reserved0;
	__le32 sa_index;   /* SPA_SA_NONE where there is none */
	__le32 sa_generation;
	__be32 spi;
	__u8 saddr[16];
	__u8 daddr[16];
	__be32 seq;
	__le32 suppressed; /* events of this kind that the rate limit swallowed since the last one */
	__u8 reserved1[7];
	__u8 phase;
};

/* ---- Health --------------------------------------------------------------------------------------- */

#define SPA_HEALTH_ERRORS 8

struct spa_health_error { /* 16 octets */
	__le32 error;     /* enum spa_error */
	__le32 info;      /* as ERROR_INFO */
	__le32 heartbeat; /* when */
	__le32 reserved;
};

/* What the card knows about itself. The numbers of failures and the last ones survive a reset by CONTROL. */
struct spa_health { /* 256 octets, written by SPA_CMD_HEALTH_READ */
	__le32 heartbeat;
	__le32 status;         /* as the registers */
	__le32 error;
	__le32 error_info;
	__le32 resets;         /* since power-on */
	__le32 failures;       /* fatal errors since power-on */
	__le32 sas;            /* in the table */
	__le32 policies;
	__le32 keys;
	__le32 reserved0;
	__le64 queues_running; /* one bit a queue */
	__le64 queues_error;
	__le64 events_lost;
	__le64 interrupts;
	struct spa_health_error last[SPA_HEALTH_ERRORS]; /* the latest first */
	__u8 reserved1[56];
};

/*
 * A crash dump: this header, then sections, each a struct spa_dump_section and its content, padded to eight octets.
 * Skip types that you do not know. It holds counters, registers and tables, never keys.
 */
struct spa_dump { /* 16 octets */
	__le32 magic;    /* SPA_DUMP_MAGIC */
	__le16 version;  /* SPA_DUMP_VERSION */
	__le16 sections;
	__le32 length;   /* octets in all, this header included */
	__le32 reserved;
};

struct spa_dump_section { /* 8 octets */
	__le16 type;     /* enum spa_dump_type */
	__le16 number;   /* QUEUE: which one */
	__le32 length;   /* octets of content, without padding */
};

#define SPA_DUMP_MAGIC 0x44415053u /* "SPAD" */
#define SPA_DUMP_VERSION 1

#define SPA_DUMP_TYPES(X)                                                                                 \
	X(REGISTERS, 1, "pairs of __le32: offset and value of every register that can be read")           \
	X(QUEUE, 2, "pairs of __le32, as REGISTERS, of one queue; queues never set up are left out")      \
	X(HEALTH, 3, "struct spa_health")                                                                 \
	X(PORT_STATS, 4, "struct spa_port_stats")                                                         \
	X(SA_BITMAP, 5, "one bit an entry of the SA table, entry 0 in the lowest bit of the first octet") \
	X(POLICY_BITMAP, 6, "the same of the policy table")

enum spa_dump_type {
#define SPA_X(name, value, text) SPA_DUMP_##name = value,
	SPA_DUMP_TYPES(SPA_X)
#undef SPA_X
};

SPA_ASSERT(sizeof(struct spa_admin_cmd) == 64);
SPA_ASSERT(offsetof(struct spa_admin_cmd, addr) == 16);
SPA_ASSERT(offsetof(struct spa_admin_cmd, tag) == 32);
SPA_ASSERT(sizeof(struct spa_port_stats) == 256);
SPA_ASSERT(offsetof(struct spa_port_stats, tx_tso_frames) == 128);
SPA_ASSERT(sizeof(struct spa_event) == 64);
SPA_ASSERT(offsetof(struct spa_event, saddr) == 16);
SPA_ASSERT(offsetof(struct spa_event, phase) == 63);
SPA_ASSERT(sizeof(struct spa_health_error) == 16);
SPA_ASSERT(sizeof(struct spa_health) == 256);
SPA_ASSERT(offsetof(struct spa_health, queues_running) == 40);
SPA_ASSERT(offsetof(struct spa_health, last) == 72);
SPA_ASSERT(sizeof(struct spa_dump) == 16);
SPA_ASSERT(sizeof(struct spa_dump_section) == 8);

#endif /* SPA_HW_ADMIN_H */
