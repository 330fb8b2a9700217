/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/*
 * The card's hardware interface: PCI identity, registers, rings, descriptors, commands and events.
 *
 * The driver, the simulator, the register dump and docs/hardware all take their numbers from this file.
 * It compiles as C11 and C++20 and touches <linux/types.h> only. Everything in memory is little-endian
 * unless its type says big-endian; every structure has its size and offsets asserted below.
 *
 * The shape in one paragraph: the driver owns *submission queues* (SQ) in its memory and rings a doorbell
 * with the new tail; the card owns *completion queues* (CQ), also in driver memory, and marks each entry
 * with a phase bit that flips at every wrap. The driver gives CQ entries back, and arms the interrupt, with
 * the CQ doorbell. Indices run free modulo 65536; the entry used is index & (size - 1). The card copies a
 * descriptor once and then validates the copy.
 */
#ifndef SPA_HW_H
#define SPA_HW_H

#include <linux/types.h>

/* ---- PCI identity -------------------------------------------------------------------------------- */

#define SPA_PCI_VENDOR_ID 0x5350 /* "SP"; not assigned by the PCI-SIG, for emulation only */
#define SPA_PCI_DEVICE_ID 0x4131 /* "A1" */
#define SPA_PCI_CLASS 0x020000   /* network controller, Ethernet */
#define SPA_PCI_REVISION 1

#define SPA_BAR 0
#define SPA_BAR_SIZE 0x10000
#define SPA_QUEUE_REGS_BASE 0x1000   /* one block of SPA_QUEUE_REGS_STRIDE a queue */
#define SPA_QUEUE_REGS_STRIDE 0x40
#define SPA_DOORBELL_BASE 0x8000     /* a page of its own, so that it can be mapped */
#define SPA_DOORBELL_STRIDE 8        /* +0 SQ tail, +4 CQ head */
#define SPA_MSIX_TABLE 0x9000
#define SPA_MSIX_PBA 0xa000
#define SPA_MSIX_VECTORS 64

/* ---- Registers: X(NAME, offset, access, description); all are 32 bits wide ------------------------ */

#define SPA_RO 1
#define SPA_WO 2
#define SPA_RW 3

#define SPA_REGISTERS(X)                                                                                 \
	X(MAGIC, 0x000, SPA_RO, "reads SPA_MAGIC")                                                       \
	X(VERSION, 0x004, SPA_RO, "interface version, major << 16 | minor; refuse an unknown major")     \
	X(FEATURES, 0x008, SPA_RO, "SPA_FEATURE_* bits")                                                 \
	X(STATUS, 0x00c, SPA_RO, "SPA_STATUS_* bits")                                                    \
	X(CONTROL, 0x010, SPA_RW, "SPA_CONTROL_* bits; RESET clears itself when the reset is complete")  \
	X(HEARTBEAT, 0x014, SPA_RO, "counts up while the card is alive; at least once a second")         \
	X(ERROR, 0x018, SPA_RO, "first fatal cause since reset, enum spa_error")                         \
	X(ERROR_INFO, 0x01c, SPA_RO, "queue number or register offset that belongs to ERROR")            \
	X(LIMIT_SA, 0x020, SPA_RO, "entries of the SA table; valid indices are 0 .. LIMIT_SA - 1")       \
	X(LIMIT_QUEUES, 0x024, SPA_RO, "rx | tx << 8 | public-key << 16 queues present")                 \
	X(LIMIT_RING, 0x028, SPA_RO, "most entries a ring may have")                                     \
	X(LIMIT_FRAME, 0x02c, SPA_RO, "longest frame in octets, Ethernet header included, no FCS")       \
	X(LIMIT_KEYS, 0x030, SPA_RO, "entries of the key store")                                         \
	X(LIMIT_PK_DATA, 0x034, SPA_RO, "most octets of input or output of a public-key operation")      \
	X(MAC_LO, 0x040, SPA_RO, "octets 0..3 of the station address, octet 0 in the low bits")          \
	X(MAC_HI, 0x044, SPA_RO, "octets 4..5 of the station address")                                   \
	X(LINK, 0x048, SPA_RO, "bit 0: the port has a wire; bits 31..8: speed in Mbit/s")                \
	X(TEST_VALUE, 0x080, SPA_RW, "reads back the complement of what was written")                    \
	X(TEST_IRQ, 0x084, SPA_WO, "raises the MSI-X vector written")                                    \
	X(TEST_DMA_ADDR_LO, 0x088, SPA_RW, "bus address for the DMA test")                               \
	X(TEST_DMA_ADDR_HI, 0x08c, SPA_RW, "its upper half")                                             \
	X(TEST_DMA_SIZE, 0x090, SPA_RW, "octets for the DMA test, at most SPA_TEST_DMA_MAX")             \
	X(TEST_DMA_CTRL, 0x094, SPA_WO, "SPA_TEST_DMA_*: runs the DMA test before the write completes")  \
	X(TEST_DMA_RESULT, 0x098, SPA_RO, "enum spa_status of the last DMA test")

/* One block a queue, at SPA_QUEUE_REGS_BASE + queue * SPA_QUEUE_REGS_STRIDE. All but CONTROL are latched
 * when CONTROL's ENABLE goes from 0 to 1, and may only be written while it is 0. */
#define SPA_QUEUE_REGISTERS(X)                                                                           \
	X(SQ_BASE_LO, 0x00, SPA_RW, "bus address of the submission ring, aligned to 64")                 \
	X(SQ_BASE_HI, 0x04, SPA_RW, "its upper half")                                                    \
	X(SQ_SIZE, 0x08, SPA_RW, "entries, a power of two from 8 to LIMIT_RING; 0 for the event queue")  \
	X(CQ_BASE_LO, 0x0c, SPA_RW, "bus address of the completion ring, aligned to 64")                 \
	X(CQ_BASE_HI, 0x10, SPA_RW, "its upper half")                                                    \
	X(CQ_SIZE, 0x14, SPA_RW, "entries, a power of two from 8 to LIMIT_RING")                         \
	X(VECTOR, 0x18, SPA_RW, "MSI-X vector of the completion ring")                                   \
	X(CONTROL, 0x1c, SPA_RW, "SPA_QUEUE_CONTROL_*")                                                  \
	X(STATUS, 0x20, SPA_RO, "SPA_QUEUE_STATUS_*")                                                    \
	X(SQ_HEAD, 0x24, SPA_RO, "next submission entry that the card will read")                        \
	X(CQ_TAIL, 0x28, SPA_RO, "next completion entry that the card will write")

enum spa_register {
#define SPA_X(name, offset, access, text) SPA_REG_##name = offset,
	SPA_REGISTERS(SPA_X)
#undef SPA_X
};

enum spa_queue_register {
#define SPA_X(name, offset, access, text) SPA_QREG_##name = offset,
	SPA_QUEUE_REGISTERS(SPA_X)
#undef SPA_X
};

#define SPA_MAGIC 0x31415053u /* "SPA1" */
#define SPA_VERSION_MAJOR 1
#define SPA_VERSION_MINOR 0

#define SPA_FEATURE_ESP_CRYPTO (1u << 0) /* ESP crypto mode: SA named by the tx descriptor, rx in place */
#define SPA_FEATURE_ESN (1u << 1)        /* extended sequence numbers */
#define SPA_FEATURE_UDP_ENCAP (1u << 2)  /* ESP in UDP, RFC 3948 */
#define SPA_FEATURE_PK (1u << 3)         /* public-key queues */
#define SPA_FEATURE_ESP_PACKET (1u << 4) /* ESP packet mode: policy and encapsulation on the card */

#define SPA_CONTROL_ENABLE (1u << 0) /* queues may run */
#define SPA_CONTROL_RESET (1u << 1)  /* everything back to power-on state; SAs and keys are wiped */

#define SPA_STATUS_READY (1u << 0)   /* out of reset, registers valid */
#define SPA_STATUS_ENABLED (1u << 1)
#define SPA_STATUS_FATAL (1u << 2)   /* stopped; ERROR says why; only RESET helps */

enum spa_error {
	SPA_ERROR_NONE = 0,
	SPA_ERROR_DMA = 1,         /* a ring could not be read or written */
	SPA_ERROR_QUEUE = 2,       /* a queue was enabled with an impossible set-up */
	SPA_ERROR_DOORBELL = 3,    /* a tail or head beyond the ring */
	SPA_ERROR_EVENT_LOST = 4,  /* not fatal: the event ring was full */
};

#define SPA_TEST_DMA_MAX 65536
#define SPA_TEST_DMA_CLEAR 1  /* writes 0x00 */
#define SPA_TEST_DMA_FILL 2   /* writes SPA_TEST_DMA_PATTERN */
#define SPA_TEST_DMA_INVERT 4 /* reads, complements, writes back */
#define SPA_TEST_DMA_PATTERN 0x96

/* ---- Queues --------------------------------------------------------------------------------------- */

#define SPA_QUEUE_ADMIN 0      /* spa_admin_cmd -> spa_completion */
#define SPA_QUEUE_EVENT 1      /* no SQ         -> spa_event */
#define SPA_QUEUE_PK(i) (2 + (i))  /* spa_pk_cmd -> spa_completion, out of order */
#define SPA_QUEUE_PK_MAX 6
#define SPA_QUEUE_RX(i) (8 + (i))  /* spa_rx_desc -> spa_completion, in order */
#define SPA_QUEUE_RX_MAX 16
#define SPA_QUEUE_TX(i) (24 + (i)) /* spa_tx_desc -> spa_completion, in order */
#define SPA_QUEUE_TX_MAX 16
#define SPA_QUEUES 40

#define SPA_RING_MIN 8

#define SPA_QUEUE_CONTROL_ENABLE (1u << 0)
#define SPA_QUEUE_STATUS_RUNNING (1u << 0)
#define SPA_QUEUE_STATUS_ERROR (1u << 1)

#define SPA_REG_QUEUE(queue, reg) (SPA_QUEUE_REGS_BASE + (queue) * SPA_QUEUE_REGS_STRIDE + (reg))
/* SQ doorbell: the new tail in bits 15..0. */
#define SPA_DOORBELL_SQ(queue) (SPA_DOORBELL_BASE + (queue) * SPA_DOORBELL_STRIDE)
/* CQ doorbell: the new head in bits 15..0. With ARM the card raises the vector once as soon as an entry
 * at or after that head exists, which may be at once; without ARM it stays silent. */
#define SPA_DOORBELL_CQ(queue) (SPA_DOORBELL_BASE + (queue) * SPA_DOORBELL_STRIDE + 4)
#define SPA_DOORBELL_ARM (1u << 31)

/* Outcome of a command, a packet or an operation. */
enum spa_status {
	SPA_OK = 0,
	SPA_E_OPCODE = 1,      /* unknown command or operation */
	SPA_E_FIELD = 2,       /* a field is out of its range */
	SPA_E_DMA = 3,         /* an address could not be read or written */
	SPA_E_NOT_FOUND = 4,   /* no such SA or key */
	SPA_E_EXISTS = 5,      /* the SA index is taken, or another inbound SA has these addresses and SPI */
	SPA_E_FULL = 6,        /* no room in a table */
	SPA_E_UNSUPPORTED = 7, /* algorithm, mode or size that this card has not */
	SPA_E_STALE = 8,       /* the generation does not fit the SA at this index */
	SPA_E_AUTH = 9,        /* integrity check or signature is wrong */
	SPA_E_REPLAY = 10,     /* sequence number seen before or too old */
	SPA_E_FORMAT = 11,     /* packet too short, lengths disagree, padding wrong */
	SPA_E_SEQUENCE = 12,   /* sequence number space used up */
	SPA_E_LIFETIME = 13,   /* hard limit of the SA reached */
	SPA_E_SPACE = 14,      /* output does not fit the buffer */
	SPA_E_CRYPTO = 15,     /* key or public value not acceptable, or the operation failed */
	SPA_E_INTERNAL = 16,
};

/* 32 octets, written by the card. `phase` is written last: its bit 0 is 1 on the first pass over the ring
 * and flips at every wrap, so an entry is new while the bit equals ((index / size) & 1) ^ 1. */
struct spa_completion {
	__le64 tag;       /* admin and public key: copied from the command */
	__le32 length;    /* rx: octets in the buffer; public key: octets of output */
	__le32 sa_index;  /* rx: SA that decrypted the frame; SPA_SA_NONE if none did; public key: key handle */
	__le32 sa_generation; /* rx: generation of that SA when it was used */
	__le16 index;     /* rx, tx: free-running index of the last submission entry consumed */
	__le16 flags;     /* SPA_CPL_* */
	__u8 status;      /* enum spa_status */
	__u8 reserved[6];
	__u8 phase;
};

#define SPA_SA_NONE 0xffffffffu
#define SPA_CPL_ESP (1u << 0)        /* rx: the frame is ESP for an SA of the card; status says how it went */
#define SPA_CPL_DECRYPTED (1u << 1)  /* rx: payload and trailer are plain text, in place; ICV verified */
#define SPA_CPL_CSUM_OK (1u << 2)    /* rx: the checksums of a frame that was not ESP were verified */

/* ---- Packets -------------------------------------------------------------------------------------- */

struct spa_rx_desc { /* 16 octets: an empty buffer for one whole frame */
	__le64 addr;
	__le32 length;
	__le32 reserved;
};

/*
 * A frame is a run of descriptors that ends with SPA_TX_END. The first one carries the meta data.
 * SPA_TX_ESP (crypto mode): the frame is complete but for cryptography. ESP header, IV space, payload, padding,
 * pad length, next header and ICV space are all there; the card writes the IV, encrypts and writes the ICV
 * in its own copy; the driver's memory stays as it was.
 */
struct spa_tx_desc { /* 32 octets */
	__le64 addr;
	__le32 length;
	__le16 flags;         /* SPA_TX_* */
	__le16 esp_offset;    /* octets from the start of the frame to the ESP header */
	__le32 sa_index;
	__le32 sa_generation;
	__le32 seq_hi;        /* upper half of the sequence number (ESN), 0 otherwise */
	__le16 csum_start;    /* with SPA_TX_CSUM: where summing starts */
	__le16 csum_offset;   /* and where the sum goes, from csum_start */
};

#define SPA_TX_END (1u << 0)
#define SPA_TX_ESP (1u << 1)
#define SPA_TX_CSUM (1u << 2) /* not together with SPA_TX_ESP */
#define SPA_TX_MAX_DESCS 32 /* descriptors of one frame */

/* ---- Security associations ------------------------------------------------------------------------ */

enum spa_cipher {
	SPA_CIPHER_NULL = 0,
	SPA_CIPHER_AES_CBC = 1,    /* key 16, 24 or 32; RFC 3602 */
	SPA_CIPHER_AES_GCM_16 = 2, /* key 16, 24 or 32 and salt 4; RFC 4106 */
};

enum spa_auth {
	SPA_AUTH_NONE = 0,              /* with a combined-mode cipher */
	SPA_AUTH_HMAC_SHA1_96 = 1,      /* key 20; RFC 2404 */
	SPA_AUTH_HMAC_SHA2_256_128 = 2, /* key 32; RFC 4868 */
};

#define SPA_SA_OUTBOUND (1u << 0) /* clear: inbound */
#define SPA_SA_TUNNEL (1u << 1)   /* clear: transport */
#define SPA_SA_IPV6 (1u << 2)     /* family of the outer addresses */
#define SPA_SA_UDP_ENCAP (1u << 3)
#define SPA_SA_ESN (1u << 4)

#define SPA_REPLAY_WINDOW_MAX 4096
#define SPA_SA_KEY_MAX 32
#define SPA_SA_AUTH_KEY_MAX 64

struct spa_sa { /* 256 octets, read by SPA_CMD_SA_ADD */
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
	__le32 reserved0;
	__u8 key[SPA_SA_KEY_MAX];
	__u8 salt[4];
	__u8 reserved1[28];
	__u8 auth_key[SPA_SA_AUTH_KEY_MAX];
	__le64 seq;          /* outbound: last number used; inbound: highest number received */
	__le64 soft_bytes;   /* 0 = no limit */
	__le64 hard_bytes;
	__le64 soft_packets;
	__le64 hard_packets;
	__u8 reserved2[24];
};

struct spa_sa_stats { /* 64 octets, written by SPA_CMD_SA_READ */
	__le64 packets;
	__le64 bytes;        /* octets of ESP packet, from SPI to ICV */
	__le64 seq;          /* as in spa_sa */
	__le64 auth_failures;
	__le64 replay_failures;
	__le64 format_failures;
	__le32 generation;
	__le32 reserved0;
	__le64 reserved1;
};

struct spa_port_stats { /* 128 octets, written by SPA_CMD_STATS_READ */
	__le64 rx_frames;
	__le64 rx_bytes;
	__le64 rx_no_buffer;    /* no rx descriptor, or the frame did not fit it */
	__le64 rx_too_long;
	__le64 rx_esp_ok;
	__le64 rx_esp_auth;
	__le64 rx_esp_replay;
	__le64 rx_esp_format;
	__le64 rx_esp_no_sa;    /* ESP to one of our addresses whose SPI is unknown */
	__le64 tx_frames;
	__le64 tx_bytes;
	__le64 tx_errors;       /* malformed descriptors, port refused the frame */
	__le64 tx_esp_ok;
	__le64 tx_esp_errors;
	__le64 pk_done;
	__le64 pk_errors;
};

/* ---- Admin queue ---------------------------------------------------------------------------------- */

enum spa_admin_opcode {
	SPA_CMD_NOP = 0,
	SPA_CMD_SA_ADD = 1,     /* index, addr -> struct spa_sa */
	SPA_CMD_SA_DELETE = 2,  /* index, generation; keys are wiped before the completion is written */
	SPA_CMD_SA_READ = 3,    /* index, generation, addr <- struct spa_sa_stats */
	SPA_CMD_SA_FLUSH = 4,   /* deletes all SAs */
	SPA_CMD_STATS_READ = 5, /* addr <- struct spa_port_stats */
	SPA_CMD_PORT_SET = 6,   /* arg: SPA_PORT_* bits; rx runs only while UP */
	SPA_CMD_MAC_SET = 7,    /* arg: station address, octet 0 in the low bits */
	SPA_CMD_OWNER_RELEASE = 8, /* index: owner; destroys every key that this owner has in the key store */
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

/* ---- Events --------------------------------------------------------------------------------------- */

enum spa_event_type {
	SPA_EVENT_UNKNOWN_SPI = 1, /* rate-limited on the card */
	SPA_EVENT_SOFT_EXPIRE = 2,
	SPA_EVENT_HARD_EXPIRE = 3,
	SPA_EVENT_AUTH_FAILURE = 4,   /* rate-limited */
	SPA_EVENT_REPLAY_FAILURE = 5, /* rate-limited */
	SPA_EVENT_LINK = 6,           /* LINK register changed */
	SPA_EVENT_SEQ_SOFT = 7,       /* outbound sequence numbers nearly used up */
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

/* ---- Public keys ---------------------------------------------------------------------------------- */

enum spa_pk_op {
	SPA_PK_DH_GENERATE = 1, /* alg: group. out: public value. Completion: handle of the private value */
	SPA_PK_DH_DERIVE = 2,   /* alg: group, key. in: peer's public value. out: shared secret */
	SPA_PK_KEY_IMPORT = 3,  /* alg: SPA_PK_RSA. in: DER PKCS#1 or PKCS#8 private key. Completion: handle */
	SPA_PK_KEY_DESTROY = 4, /* key */
	SPA_PK_SIGN = 5,        /* alg: enum spa_pk_scheme, key. in: digest. out: signature */
	SPA_PK_VERIFY = 6,      /* alg: enum spa_pk_scheme. in: struct spa_pk_verify and what follows it */
};

/* Groups carry their IANA transform numbers (IKEv2 transform type 4). Values travel as in RFC 7296 3.4:
 * modp as the modulus is long, big-endian; ECP as x | y (RFC 5903; shared secret: x); X25519 as RFC 8031. */
enum spa_pk_group {
	SPA_PK_MODP768 = 1,
	SPA_PK_MODP1024 = 2,
	SPA_PK_MODP1536 = 5,
	SPA_PK_MODP2048 = 14,
	SPA_PK_MODP3072 = 15,
	SPA_PK_MODP4096 = 16,
	SPA_PK_ECP256 = 19,
	SPA_PK_ECP384 = 20,
	SPA_PK_ECP521 = 21,
	SPA_PK_X25519 = 31,
};

enum spa_pk_key_type { SPA_PK_RSA = 1 };

enum spa_pk_scheme {
	SPA_PK_RSA_PKCS1_SHA1 = 1,
	SPA_PK_RSA_PKCS1_SHA256 = 2,
	SPA_PK_RSA_PKCS1_SHA384 = 3,
	SPA_PK_RSA_PKCS1_SHA512 = 4,
	SPA_PK_RSA_PSS_SHA256 = 5, /* salt as long as the digest */
	SPA_PK_RSA_PSS_SHA384 = 6,
	SPA_PK_RSA_PSS_SHA512 = 7,
};

#define SPA_PK_DATA_MAX 4096
#define SPA_PK_RSA_BITS_MIN 512
#define SPA_PK_RSA_BITS_MAX 4096

struct spa_pk_cmd { /* 64 octets */
	__le16 op;
	__le16 alg;
	__le32 key;        /* handle; must belong to `owner` */
	__le64 in_addr;
	__le32 in_length;
	__le32 out_length; /* room at out_addr */
	__le64 out_addr;
	__le64 tag;
	__le32 owner;      /* the driver numbers its users; one cannot name another's keys */
	__u8 reserved[20];
};

/* Input of SPA_PK_VERIFY: this header, then the three strings without gaps. */
struct spa_pk_verify { /* 8 octets */
	__le16 spki_length;      /* SubjectPublicKeyInfo, DER */
	__le16 digest_length;
	__le16 signature_length;
	__le16 reserved;
};

/* ---- Layout, checked where it is compiled ---------------------------------------------------------- */

#ifdef __cplusplus
#include <cstddef>
#define SPA_ASSERT(expr) static_assert(expr, #expr)
#else
#ifndef __KERNEL__
#include <stddef.h>
#endif
#define SPA_ASSERT(expr) _Static_assert(expr, #expr)
#endif

SPA_ASSERT(sizeof(struct spa_completion) == 32);
SPA_ASSERT(offsetof(struct spa_completion, index) == 20);
SPA_ASSERT(offsetof(struct spa_completion, status) == 24);
SPA_ASSERT(offsetof(struct spa_completion, phase) == 31);
SPA_ASSERT(sizeof(struct spa_rx_desc) == 16);
SPA_ASSERT(sizeof(struct spa_tx_desc) == 32);
SPA_ASSERT(offsetof(struct spa_tx_desc, sa_index) == 16);
SPA_ASSERT(offsetof(struct spa_tx_desc, csum_start) == 28);
SPA_ASSERT(sizeof(struct spa_sa) == 256);
SPA_ASSERT(offsetof(struct spa_sa, encap_sport) == 40);
SPA_ASSERT(offsetof(struct spa_sa, key_len) == 48);
SPA_ASSERT(offsetof(struct spa_sa, key) == 64);
SPA_ASSERT(offsetof(struct spa_sa, salt) == 96);
SPA_ASSERT(offsetof(struct spa_sa, auth_key) == 128);
SPA_ASSERT(offsetof(struct spa_sa, seq) == 192);
SPA_ASSERT(sizeof(struct spa_sa_stats) == 64);
SPA_ASSERT(sizeof(struct spa_port_stats) == 128);
SPA_ASSERT(sizeof(struct spa_admin_cmd) == 64);
SPA_ASSERT(offsetof(struct spa_admin_cmd, addr) == 16);
SPA_ASSERT(offsetof(struct spa_admin_cmd, tag) == 32);
SPA_ASSERT(sizeof(struct spa_event) == 64);
SPA_ASSERT(offsetof(struct spa_event, saddr) == 16);
SPA_ASSERT(offsetof(struct spa_event, phase) == 63);
SPA_ASSERT(sizeof(struct spa_pk_cmd) == 64);
SPA_ASSERT(offsetof(struct spa_pk_cmd, in_addr) == 8);
SPA_ASSERT(offsetof(struct spa_pk_cmd, tag) == 32);
SPA_ASSERT(sizeof(struct spa_pk_verify) == 8);

#endif /* SPA_HW_H */
