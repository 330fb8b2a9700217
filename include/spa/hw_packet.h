/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/* The rx and tx queues: descriptors, flags, how flows spread over queues, doorbells in memory. A part of <spa/hw.h>. */
#ifndef SPA_HW_PACKET_H
#define SPA_HW_PACKET_H

#include <spa/hw_types.h>

/* ---- Receiving ------------------------------------------------------------------------------------ */

struct spa_rx_desc { /* 16 octets: an empty buffer for one whole frame */
	__le64 addr;
	__le32 length;
	__le32 reserved;
};

#define SPA_COMPLETION_FLAGS(X)                                                                           \
	X(ESP, 0, "rx: the frame is ESP for an SA of the card; status says how it went")                  \
	X(DECRYPTED, 1, "rx: payload and trailer are plain text, in place; ICV verified")                 \
	X(CSUM_OK, 2, "rx: TCP or UDP checksum and IPv4 header checksum are right; of the inner packet "  \
		"where the frame was decrypted")                                                          \
	X(PACKET, 3, "rx: packet mode took the frame: ESP is gone, policy and replay were checked")

enum spa_completion_flag SPA_FLAGS {
#define SPA_X(name, bit, text) SPA_CPL_##name = 1u << bit,
	SPA_COMPLETION_FLAGS(SPA_X)
#undef SPA_X
};

/* What the hash in `tag` of an rx completion covers. */
#define SPA_HASHES(X)                                                                                     \
	X(NONE, 0, "the frame has no hash; it went to entry 0 of the table")                              \
	X(L3, 1, "both IP addresses")                                                                     \
	X(L4, 2, "both IP addresses, and the ports or the SPI")

enum spa_hash {
#define SPA_X(name, value, text) SPA_HASH_##name = value,
	SPA_HASHES(SPA_X)
#undef SPA_X
};

#define SPA_RSS_FLAGS(X)                                                                                  \
	X(IPV4, 0, "hash IPv4")                                                                           \
	X(IPV6, 1, "hash IPv6")                                                                           \
	X(TCP, 2, "with the ports of TCP")                                                                \
	X(UDP, 3, "with the ports of UDP")                                                                \
	X(ESP_SPI, 4, "with the SPI of ESP, in UDP too")                                                  \
	X(INNER, 5, "where the frame was decrypted, hash what ESP carried")

enum spa_rss_flag SPA_FLAGS {
#define SPA_X(name, bit, text) SPA_RSS_##name = 1u << bit,
	SPA_RSS_FLAGS(SPA_X)
#undef SPA_X
};

#define SPA_RSS_KEY 40
#define SPA_RSS_TABLE 128

/*
 * The Toeplitz hash over source address, destination address, and then source and destination port, or the SPI,
 * all in network order. Its low seven bits choose an entry of the table. A fragment has no ports. Until the driver
 * sets it, the card hashes IPv4, IPv6, TCP, UDP and ESP_SPI with a key of its own and deals the entries out to the
 * rx queues that run.
 */
struct spa_rss { /* 192 octets, read by SPA_CMD_RSS_SET */
	__le32 flags; /* SPA_RSS_* */
	__le32 reserved0;
	__u8 key[SPA_RSS_KEY];
	__u8 table[SPA_RSS_TABLE]; /* rx queues; a frame for one that does not run is lost and counted */
	__u8 reserved1[16];
};

/* ---- Sending -------------------------------------------------------------------------------------- */

/*
 * A frame is a run of descriptors that ends with SPA_TX_END. The first one carries the meta data; the fields that
 * its flags do not name are ignored.
 *
 * SPA_TX_ESP (crypto mode): the frame is complete but for cryptography. ESP header, IV space, payload, padding,
 * pad length, next header and ICV space are all there; the card writes the IV, encrypts and writes the ICV
 * in its own copy; the driver's memory stays as it was.
 *
 * SPA_TX_TSO: csum_start is where the TCP or UDP header begins, csum_offset 16 for TCP and 6 for UDP, mss the payload
 * of a segment. The card cuts what follows that header and gives every segment all headers before it, with lengths,
 * IPv4 identification, TCP sequence number and flags, and checksums made anew. LIMIT_FRAME holds for each segment.
 *
 * SPA_TX_TSO and SPA_TX_ESP: headers up to and with ESP header and IV space, inner headers, payload; neither trailer
 * nor ICV space. The card adds next_header, padding and ICV to each segment and counts its sequence number up from
 * the one in the frame and seq_hi.
 *
 * SPA_TX_PACKET: a plain frame that the card's outbound policies decide about. Without it the frame goes as it is.
 */
struct spa_tx_desc { /* 32 octets */
	__le64 addr;
	__le16 length;
	__le16 mss;           /* with SPA_TX_TSO: payload octets of a segment */
	__le16 flags;         /* SPA_TX_* */
	__le16 esp_offset;    /* with SPA_TX_ESP: octets from the start of the frame to the ESP header */
	__le32 sa_index;      /* with SPA_TX_ESP */
	__le32 sa_generation;
	__le32 seq_hi;        /* upper half of the sequence number (ESN), 0 otherwise */
	__le16 csum_start;    /* with SPA_TX_CSUM or SPA_TX_TSO: where summing starts */
	__u8 csum_offset;     /* and where the sum goes, from csum_start */
	__u8 next_header;     /* with SPA_TX_TSO and SPA_TX_ESP: the last octet of every segment's trailer */
};

#define SPA_TX_FLAGS(X)                                                                                   \
	X(END, 0, "last descriptor of its frame")                                                         \
	X(ESP, 1, "crypto mode: encrypt for the SA named")                                                \
	X(CSUM, 2, "fill in a checksum; with ESP an inner one, before encryption")                        \
	X(TSO, 3, "cut into segments, with their checksums")                                              \
	X(PACKET, 4, "packet mode: let the policies decide; not together with ESP")

enum spa_tx_flag SPA_FLAGS {
#define SPA_X(name, bit, text) SPA_TX_##name = 1u << bit,
	SPA_TX_FLAGS(SPA_X)
#undef SPA_X
};

#define SPA_TX_MAX_DESCS 32      /* descriptors of one frame */
#define SPA_TX_MAX_SUPER 66048   /* octets of a frame with SPA_TX_TSO: 64 KiB and headers */
#define SPA_TX_MAX_SEGMENTS 1024 /* segments of a frame with SPA_TX_TSO */

/* ---- Doorbells in memory -------------------------------------------------------------------------- */

/*
 * SPA_CMD_SHADOW_SET names two arrays of SPA_QUEUES slots in driver memory, each in a page: the driver writes
 * `doorbells`, the card writes `wakes`. They serve the rx, tx and public-key queues; admin and event queue keep to
 * their registers. While shadows are in force, the card takes a queue's doorbells from memory alone: a write to
 * the register only makes it look there.
 *
 * Driver, new SQ tail: write the slot, full barrier, read wakes.sq; write the register only if the new tail passes
 * it: (u16)(new - wake - 1) < (u16)(new - old). CQ head: write the slot (bits 30..16 count the armings, so that no
 * two are alike), full barrier, read wakes.cq, and write the register if the new head passes it. With ARM then look at
 * the next completion entry; when it is new, take it, or write the register to be interrupted for it.
 *
 * Card: it reads the slots whenever it works. Before it rests it writes into wakes.sq the tail that it knows, into
 * wakes.cq (when it waits for room) the head that it knows, and then, after a full barrier, reads the slots again.
 * After it has written completions it reads the CQ slot, so that an arming on either side of it is seen.
 *
 * A slot is in the format of the doorbell registers. The driver sets shadows up while none of these queues runs
 * (otherwise SPA_E_EXISTS), and zeroes a queue's slots before it starts the queue. A reset ends them.
 */
struct spa_shadow_doorbell { /* 8 octets */
	__le32 sq;
	__le32 cq;
};

struct spa_shadow_wake { /* 8 octets */
	__le32 sq;
	__le32 cq;
};

#define SPA_SHADOW_PAGE 4096
#define SPA_SHADOW_SIZE (2 * SPA_SHADOW_PAGE) /* `length` of the command: doorbells, then wakes */
#define SPA_SHADOW_ARM_COUNT_SHIFT 16
#define SPA_SHADOW_ARM_COUNT_MASK 0x7fffu

SPA_ASSERT(sizeof(struct spa_rx_desc) == 16);
SPA_ASSERT(sizeof(struct spa_rss) == 192);
SPA_ASSERT(offsetof(struct spa_rss, table) == 48);
SPA_ASSERT(sizeof(struct spa_tx_desc) == 32);
SPA_ASSERT(offsetof(struct spa_tx_desc, flags) == 12);
SPA_ASSERT(offsetof(struct spa_tx_desc, sa_index) == 16);
SPA_ASSERT(offsetof(struct spa_tx_desc, csum_start) == 28);
SPA_ASSERT(offsetof(struct spa_tx_desc, next_header) == 31);
SPA_ASSERT(sizeof(struct spa_shadow_doorbell) == 8);
SPA_ASSERT(sizeof(struct spa_shadow_wake) == 8);

#endif /* SPA_HW_PACKET_H */
