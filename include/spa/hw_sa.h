/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/* Security associations, policies and their counters. A part of <spa/hw.h>. */
#ifndef SPA_HW_SA_H
#define SPA_HW_SA_H

#include <spa/hw_types.h>

#define SPA_SA_NONE 0xffffffffu

enum spa_cipher {
	SPA_CIPHER_NULL = 0,
	SPA_CIPHER_AES_CBC = 1,    /* key 16, 24 or 32; RFC 3602 */
	SPA_CIPHER_AES_GCM_16 = 2, /* key 16, 24 or 32 and salt 4; RFC 4106 */
	SPA_CIPHER_3DES_CBC = 3,   /* key 24; RFC 2451 */
	SPA_CIPHER_DES_CBC = 4,    /* key 8; RFC 2405 */
	SPA_CIPHER_AES_CTR = 5,    /* key 16, 24 or 32 and salt 4 (the nonce of RFC 3686) */
	SPA_CIPHER_CHACHA20_POLY1305 = 6, /* key 32 and salt 4; RFC 7634 */
	SPA_CIPHER_AES_GMAC = 7,   /* authenticates, does not encrypt: key 16, 24 or 32 and salt 4; RFC 4543 */
};

enum spa_auth {
	SPA_AUTH_NONE = 0,              /* with a combined-mode cipher */
	SPA_AUTH_HMAC_SHA1_96 = 1,      /* key 20; RFC 2404 */
	SPA_AUTH_HMAC_SHA2_256_128 = 2, /* key 32; RFC 4868 */
	SPA_AUTH_HMAC_SHA2_384_192 = 3, /* key 48; RFC 4868 */
	SPA_AUTH_HMAC_SHA2_512_256 = 4, /* key 64; RFC 4868 */
	SPA_AUTH_HMAC_MD5_96 = 5,       /* key 16; RFC 2403 */
};

#define SPA_SA_FLAGS(X)                                                                                   \
	X(OUTBOUND, 0, "clear: inbound")                                                                  \
	X(TUNNEL, 1, "clear: transport")                                                                  \
	X(IPV6, 2, "family of the outer addresses")                                                       \
	X(UDP_ENCAP, 3, "ESP in UDP, between encap_sport and encap_dport")                                \
	X(ESN, 4, "extended sequence numbers")                                                            \
	X(PACKET, 5, "packet mode: the card encapsulates, decapsulates and enforces policy")              \
	X(DSCP_ZERO, 6, "packet mode, tunnel: the outer DSCP is 0, not the inner one")                    \
	X(DF_CLEAR, 7, "packet mode, tunnel: the outer DF bit is clear, not as in the inner packet")

enum spa_sa_flag SPA_FLAGS {
#define SPA_X(name, bit, text) SPA_SA_##name = 1u << bit,
	SPA_SA_FLAGS(SPA_X)
#undef SPA_X
};

#define SPA_REPLAY_WINDOW_MAX 4096
#define SPA_SA_KEY_MAX 32
#define SPA_SA_AUTH_KEY_MAX 64

/* The packets that an SA or a policy is for. A field that is 0 (with its prefix or mask) fits every packet. Ports are
 * those of TCP, UDP, UDP-Lite, SCTP and DCCP; ICMP's type and code stand in their place; a fragment's are 0. */
struct spa_selector { /* 48 octets */
	__u8 saddr[16];      /* IPv4 in the first four octets, the rest zero; zero beyond the prefix too */
	__u8 daddr[16];
	__u8 saddr_prefix;   /* bits */
	__u8 daddr_prefix;
	__u8 family;         /* 4 or 6; 0, of an SA only: any packet, and all other fields are 0 */
	__u8 protocol;       /* 0: any */
	__be16 sport;
	__be16 sport_mask;
	__be16 dport;
	__be16 dport_mask;
	__u8 reserved[4];
};

struct spa_sa { /* 384 octets, read by SPA_CMD_SA_ADD */
	__le32 flags;        /* SPA_SA_* */
	__be32 spi;
	__u8 saddr[16];      /* IPv4 in the first four octets, the rest zero */
	__u8 daddr[16];
	__be16 encap_sport;  /* with SPA_SA_UDP_ENCAP */
	__be16 encap_dport;
	__le16 cipher;       /* enum spa_cipher */
	__le16 auth;         /* enum spa_auth */
	__u8 key_len;
	__u8 auth_key_len;
	__u8 icv_len;
	__u8 salt_len;
	__le32 generation;   /* chosen by the driver; comes back with every completion of this SA */
	__le32 replay_window; /* packets, 0 (none) or 32..SPA_REPLAY_WINDOW_MAX */
	__le32 reqid;        /* with SPA_SA_PACKET: binds the SA to policies */
	__u8 key[SPA_SA_KEY_MAX];
	__u8 salt[4];
	__u8 reserved1[28];
	__u8 auth_key[SPA_SA_AUTH_KEY_MAX];
	__le64 seq;          /* outbound: last number used; inbound: highest number received */
	__le64 soft_bytes;   /* 0 = no limit */
	__le64 hard_bytes;
	__le64 soft_packets;
	__le64 hard_packets;
	__le64 bytes;        /* counters start here: an SA that is programmed again goes on where it was */
	__le64 packets;
	__u8 hop_limit;      /* packet mode, tunnel: TTL or hop limit of the outer header; 0: 64 */
	__u8 reserved2[7];
	struct spa_selector selector; /* with SPA_SA_PACKET */
	__u8 reserved3[80];
};

struct spa_sa_stats { /* 128 octets, written by SPA_CMD_SA_READ */
	__le64 packets;
	__le64 bytes;        /* octets of ESP packet, from SPI to ICV */
	__le64 seq;          /* as in spa_sa */
	__le64 auth_failures;
	__le64 replay_failures;
	__le64 format_failures;
	__le32 generation;
	__le32 state;        /* SPA_SA_STATE_* */
	__le64 lifetime_drops;    /* packets after the hard limit */
	__le64 selector_failures; /* packet mode: inner packets that selector or policy did not let pass */
	__le64 reserved[7];
};

#define SPA_SA_STATE_SOFT (1u << 0) /* a soft limit was reached */
#define SPA_SA_STATE_HARD (1u << 1) /* a hard limit was reached: nothing passes any more */

#define SPA_SA_UPDATE_SEQ (1u << 0)    /* raise seq; inbound also moves the window up */
#define SPA_SA_UPDATE_LIMITS (1u << 1) /* replace all four limits; a limit that is reached raises its event anew */

struct spa_sa_update { /* 64 octets, read by SPA_CMD_SA_UPDATE */
	__le32 flags;        /* SPA_SA_UPDATE_* */
	__le32 reserved0;
	__le64 seq;          /* not below the present one: SPA_E_SEQUENCE */
	__le64 soft_bytes;
	__le64 hard_bytes;
	__le64 soft_packets;
	__le64 hard_packets;
	__u8 reserved1[16];
};

/* ---- Policies: packet mode only ------------------------------------------------------------------- */

#define SPA_POLICY_DIRECTIONS(X)                                                                          \
	X(IN, 1, "what comes from the wire")                                                              \
	X(OUT, 2, "what the driver marks SPA_TX_PACKET")

enum spa_policy_direction {
#define SPA_X(name, value, text) SPA_POLICY_##name = value,
	SPA_POLICY_DIRECTIONS(SPA_X)
#undef SPA_X
};

#define SPA_POLICY_ACTIONS(X)                                                                             \
	X(ALLOW, 1, "passes as it is")                                                                    \
	X(BLOCK, 2, "is dropped")                                                                         \
	X(PROTECT, 3, "out: an SA with this reqid encapsulates it; in: only such an SA may have brought it")

enum spa_policy_action {
#define SPA_X(name, value, text) SPA_POLICY_##name = value,
	SPA_POLICY_ACTIONS(SPA_X)
#undef SPA_X
};

/*
 * The policy of a packet is the one with the lowest priority whose selector fits; of equal ones, the one with the
 * lowest index. A packet without a policy passes. IKE (UDP 500, and UDP 4500 with the non-ESP marker) always passes.
 */
struct spa_policy { /* 128 octets, read by SPA_CMD_POLICY_ADD */
	struct spa_selector selector; /* family 4 or 6 */
	__le32 generation;   /* chosen by the driver; POLICY_DELETE must name it */
	__le32 priority;
	__le32 reqid;        /* PROTECT: never 0 */
	__u8 direction;      /* enum spa_policy_direction */
	__u8 action;         /* enum spa_policy_action */
	__u8 tunnel;         /* PROTECT: 1 tunnel, 0 transport */
	__u8 outer_family;   /* PROTECT in a tunnel: 4 or 6; otherwise 0 */
	__u8 saddr[16];      /* PROTECT in a tunnel: its end points */
	__u8 daddr[16];
	__u8 reserved[32];
};

SPA_ASSERT(sizeof(struct spa_selector) == 48);
SPA_ASSERT(offsetof(struct spa_selector, sport) == 36);
SPA_ASSERT(sizeof(struct spa_sa) == 384);
SPA_ASSERT(offsetof(struct spa_sa, encap_sport) == 40);
SPA_ASSERT(offsetof(struct spa_sa, key_len) == 48);
SPA_ASSERT(offsetof(struct spa_sa, reqid) == 60);
SPA_ASSERT(offsetof(struct spa_sa, key) == 64);
SPA_ASSERT(offsetof(struct spa_sa, salt) == 96);
SPA_ASSERT(offsetof(struct spa_sa, auth_key) == 128);
SPA_ASSERT(offsetof(struct spa_sa, seq) == 192);
SPA_ASSERT(offsetof(struct spa_sa, bytes) == 232);
SPA_ASSERT(offsetof(struct spa_sa, selector) == 256);
SPA_ASSERT(sizeof(struct spa_sa_stats) == 128);
SPA_ASSERT(offsetof(struct spa_sa_stats, lifetime_drops) == 56);
SPA_ASSERT(sizeof(struct spa_sa_update) == 64);
SPA_ASSERT(offsetof(struct spa_sa_update, hard_packets) == 40);
SPA_ASSERT(sizeof(struct spa_policy) == 128);
SPA_ASSERT(offsetof(struct spa_policy, direction) == 60);
SPA_ASSERT(offsetof(struct spa_policy, daddr) == 80);

#endif /* SPA_HW_SA_H */
