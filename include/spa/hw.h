/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/*
 * The card's hardware interface: PCI identity, registers, queues. The structures that travel over the queues
 * are in the headers that this one includes.
 *
 * The driver, the simulator, the register dump and docs/hardware all take their numbers from here.
 * It compiles as C11 and C++20 and touches <linux/types.h> only. Everything in memory is little-endian
 * unless its type says big-endian; every structure has its size and offsets asserted behind it.
 *
 * The shape in one paragraph: the driver owns *submission queues* (SQ) in its memory and rings a doorbell
 * with the new tail; the card owns *completion queues* (CQ), also in driver memory, and marks each entry
 * with a phase bit that flips at every wrap. The driver gives CQ entries back, and arms the interrupt, with
 * the CQ doorbell. Indices run free modulo 65536; the entry used is index & (size - 1). The card copies a
 * descriptor once and then validates the copy.
 */
#ifndef SPA_HW_H
#define SPA_HW_H

#include <spa/hw_types.h>

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
	X(LIMIT_POLICY, 0x038, SPA_RO, "entries of the policy table; valid indices are below it")        \
	X(MAC_LO, 0x040, SPA_RO, "octets 0..3 of the station address, octet 0 in the low bits")          \
	X(MAC_HI, 0x044, SPA_RO, "octets 4..5 of the station address")                                   \
	X(LINK, 0x048, SPA_RO, "bit 0: the port has a wire; bits 31..8: speed in Mbit/s")                \
	X(TEST_VALUE, 0x080, SPA_RW, "reads back the complement of what was written")                    \
	X(TEST_IRQ, 0x084, SPA_WO, "raises the MSI-X vector written")                                    \
	X(TEST_DMA_ADDR_LO, 0x088, SPA_RW, "bus address for the DMA test")                               \
	X(TEST_DMA_ADDR_HI, 0x08c, SPA_RW, "its upper half")                                             \
	X(TEST_DMA_SIZE, 0x090, SPA_RW, "octets for the DMA test, at most SPA_TEST_DMA_MAX")             \
	X(TEST_DMA_CTRL, 0x094, SPA_WO, "SPA_TEST_DMA_*: runs the DMA test before the write completes")  \
	X(TEST_DMA_RESULT, 0x098, SPA_RO, "enum spa_status of the last DMA test")                        \
	X(DIAG_ADDR_LO, 0x0a0, SPA_RW, "bus address for the crash dump")                                 \
	X(DIAG_ADDR_HI, 0x0a4, SPA_RW, "its upper half")                                                 \
	X(DIAG_SIZE, 0x0a8, SPA_RW, "octets of room at that address")                                    \
	X(DIAG_CTRL, 0x0ac, SPA_WO, "SPA_DIAG_*: writes the dump before the write completes")            \
	X(DIAG_RESULT, 0x0b0, SPA_RO, "enum spa_status of the last dump")                                \
	X(DIAG_LENGTH, 0x0b4, SPA_RO, "octets of the last dump, or that it needs (SPA_E_SPACE)")

/* One block a queue, at SPA_QUEUE_REGS_BASE + queue * SPA_QUEUE_REGS_STRIDE. All but CONTROL and COALESCE are
 * latched when CONTROL's ENABLE goes from 0 to 1, and may only be written while it is 0. */
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
	X(CQ_TAIL, 0x28, SPA_RO, "next completion entry that the card will write")                       \
	X(COALESCE, 0x2c, SPA_RW, "microseconds | entries << 16: how long an interrupt may wait")        \
	X(DROPPED, 0x30, SPA_RO, "rx: frames that found no buffer since the queue was started, modulo 2^32")

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
#define SPA_VERSION_MINOR 1

#define SPA_FEATURES(X)                                                                                  \
	X(ESP_CRYPTO, 0, "ESP crypto mode: the tx descriptor names the SA, rx stays in place")           \
	X(ESN, 1, "extended sequence numbers")                                                           \
	X(UDP_ENCAP, 2, "ESP in UDP, RFC 3948")                                                          \
	X(PK, 3, "public-key queues")                                                                    \
	X(ESP_PACKET, 4, "ESP packet mode: policy and encapsulation on the card")                        \
	X(ESP_CSUM, 5, "SPA_TX_CSUM together with SPA_TX_ESP: the inner checksum")                       \
	X(ESP_TSO, 6, "SPA_TX_TSO together with SPA_TX_ESP")                                             \
	X(TSO, 7, "SPA_TX_TSO: segmentation of TCP, and of UDP into datagrams")                          \
	X(RX_CSUM, 8, "SPA_CPL_CSUM_OK, for decrypted packets too")                                      \
	X(RSS, 9, "SPA_CMD_RSS_SET; rx completions carry the hash")                                      \
	X(COALESCE, 10, "the queue register COALESCE works")                                             \
	X(SHADOW, 11, "SPA_CMD_SHADOW_SET: doorbells in driver memory")                                  \
	X(SA_UPDATE, 12, "SPA_CMD_SA_UPDATE")                                                            \
	X(HEALTH, 13, "SPA_CMD_HEALTH_READ, the DIAG registers, SPA_EVENT_HEALTH")                       \
	X(QUEUE_DROPS, 14, "the queue register DROPPED counts")

enum spa_feature SPA_FLAGS {
#define SPA_X(name, bit, text) SPA_FEATURE_##name = 1u << bit,
	SPA_FEATURES(SPA_X)
#undef SPA_X
};

#define SPA_CONTROL_ENABLE (1u << 0) /* queues may run */
#define SPA_CONTROL_RESET (1u << 1)  /* everything back to power-on state; SAs and keys are wiped */

#define SPA_STATUS_READY (1u << 0)   /* out of reset, registers valid */
#define SPA_STATUS_ENABLED (1u << 1)
#define SPA_STATUS_FATAL (1u << 2)   /* stopped; ERROR says why; only RESET helps */

#define SPA_ERRORS(X)                                                                                    \
	X(NONE, 0, "nothing is wrong")                                                                   \
	X(DMA, 1, "a ring or the shadow doorbells could not be read or written")                         \
	X(QUEUE, 2, "a queue was enabled with an impossible set-up")                                     \
	X(DOORBELL, 3, "a tail or head beyond the ring")                                                 \
	X(EVENT_LOST, 4, "not fatal: the event ring was full")

enum spa_error {
#define SPA_X(name, value, text) SPA_ERROR_##name = value,
	SPA_ERRORS(SPA_X)
#undef SPA_X
};

#define SPA_TEST_DMA_MAX 65536
#define SPA_TEST_DMA_CLEAR 1  /* writes 0x00 */
#define SPA_TEST_DMA_FILL 2   /* writes SPA_TEST_DMA_PATTERN */
#define SPA_TEST_DMA_INVERT 4 /* reads, complements, writes back */
#define SPA_TEST_DMA_PATTERN 0x96

#define SPA_DIAG_DUMP 1 /* a crash dump (struct spa_dump), possible even when STATUS says FATAL */

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
 * at or after that head exists, which may be at once; without ARM it stays silent. Bits 30..16 are ignored. */
#define SPA_DOORBELL_CQ(queue) (SPA_DOORBELL_BASE + (queue) * SPA_DOORBELL_STRIDE + 4)
#define SPA_DOORBELL_ARM (1u << 31)

/*
 * COALESCE: an interrupt that is due waits until this many entries are there for it (bits 23..16), or this many
 * microseconds (bits 15..0) have passed since the first of them, whichever comes first. 0 microseconds: it does
 * not wait. 0 entries: only time counts. May be written at any time; lasts until the card is reset.
 */
#define SPA_COALESCE_USECS 0x0000ffffu
#define SPA_COALESCE_ENTRIES_SHIFT 16
#define SPA_COALESCE_MASK 0x00ffffffu

/* Outcome of a command, a packet or an operation. */
#define SPA_STATUSES(X)                                                                                  \
	X(OK, 0, "done")                                                                                 \
	X(E_OPCODE, 1, "unknown command or operation")                                                   \
	X(E_FIELD, 2, "a field is out of its range")                                                     \
	X(E_DMA, 3, "an address could not be read or written")                                           \
	X(E_NOT_FOUND, 4, "no such SA, policy or key")                                                   \
	X(E_EXISTS, 5, "the index is taken, or another inbound SA has these addresses and SPI")          \
	X(E_FULL, 6, "no room in a table")                                                               \
	X(E_UNSUPPORTED, 7, "algorithm, mode or size that this card has not")                            \
	X(E_STALE, 8, "the generation does not fit what is at this index")                               \
	X(E_AUTH, 9, "integrity check or signature is wrong")                                            \
	X(E_REPLAY, 10, "sequence number seen before or too old")                                        \
	X(E_FORMAT, 11, "packet too short, lengths disagree, padding wrong")                             \
	X(E_SEQUENCE, 12, "sequence number space used up, or a number that would go back")               \
	X(E_LIFETIME, 13, "hard limit of the SA reached")                                                \
	X(E_SPACE, 14, "output does not fit the buffer or the longest frame")                            \
	X(E_CRYPTO, 15, "key or public value not acceptable, or the operation failed")                   \
	X(E_INTERNAL, 16, "the card failed")                                                             \
	X(E_POLICY, 17, "packet mode: a policy blocks the frame, or an SA's selector does not fit it")   \
	X(E_NO_SA, 18, "packet mode: a policy protects the frame, but there is no SA for it")

enum spa_status {
#define SPA_X(name, value, text) SPA_##name = value,
	SPA_STATUSES(SPA_X)
#undef SPA_X
};

/* 32 octets, written by the card. `phase` is written last: its bit 0 is 1 on the first pass over the ring
 * and flips at every wrap, so an entry is new while the bit equals ((index / size) & 1) ^ 1. */
struct spa_completion {
	__le64 tag;       /* admin and public key: copied from the command; rx: hash | enum spa_hash << 32 */
	__le32 length;    /* rx: octets in the buffer; public key: octets of output */
	__le32 sa_index;  /* rx: SA that decrypted the frame; SPA_SA_NONE if none did; public key: key handle */
	__le32 sa_generation; /* rx: generation of that SA when it was used */
	__le16 index;     /* rx, tx: free-running index of the last submission entry consumed */
	__le16 flags;     /* SPA_CPL_* */
	__u8 status;      /* enum spa_status */
	__u8 reserved0;
	__le16 seq[2];    /* rx, PACKET: the lower 32 bits of the ESP sequence number, the lower half of them first */
	__u8 reserved1;
	__u8 phase;
};

SPA_ASSERT(sizeof(struct spa_completion) == 32);
SPA_ASSERT(offsetof(struct spa_completion, index) == 20);
SPA_ASSERT(offsetof(struct spa_completion, status) == 24);
SPA_ASSERT(offsetof(struct spa_completion, seq) == 26);
SPA_ASSERT(offsetof(struct spa_completion, phase) == 31);

#include <spa/hw_packet.h>
#include <spa/hw_sa.h>
#include <spa/hw_admin.h>
#include <spa/hw_pk.h>

#endif /* SPA_HW_H */
