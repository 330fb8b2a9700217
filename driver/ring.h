/* SPDX-License-Identifier: GPL-2.0-only */
/* A queue of the card: a submission ring, a completion ring, and the arithmetic of both (<spa/hw.h>). */
#ifndef SPA_DRIVER_RING_H
#define SPA_DRIVER_RING_H

#include <linux/types.h>

struct spa;
struct spa_shadow_doorbell;
struct spa_shadow_wake;

/* The phase needs two whole passes within the 16 bits of an index. */
#define SPA_RING_ENTRIES_MAX 32768

struct spa_ring {
	u8 *mem;
	dma_addr_t dma;
	u32 entries; /* a power of two, or 0 */
	u32 stride;
	u16 head;    /* submission: oldest entry not completed; completion: next entry to look at */
	u16 tail;    /* submission: next free entry */
};

struct spa_queue {
	struct spa *spa;
	u32 id; /* SPA_QUEUE_* */
	u32 vector;
	struct spa_ring sq;
	struct spa_ring cq;
	/* With doorbells in memory (<spa/hw_packet.h>), else NULL. */
	struct spa_shadow_doorbell *bell;
	const struct spa_shadow_wake *wake;
	u16 rung;     /* the tail that the card was last told */
	u16 released; /* and the head */
	u16 armings;
};

/* A queue with work in it: where it stood at the last look, and for how many looks. */
struct spa_progress {
	u16 head;
	bool work;
	u32 looks;
};

struct spa_queue_shape {
	u32 id;
	u32 vector;
	u32 sq_entries;
	u32 sq_stride;
	u32 cq_entries;
	u32 cq_stride;
};

int spa_queue_alloc(struct spa *spa, struct spa_queue *q, const struct spa_queue_shape *shape);
void spa_queue_free(struct spa_queue *q);

/* Start begins at index 0 with empty rings. Stop returns when the card no longer touches the queue's memory;
 * a card that refuses is isolated. Both may sleep. */
int spa_queue_start(struct spa_queue *q);
void spa_queue_stop(struct spa_queue *q);

static inline void *spa_ring_entry(const struct spa_ring *r, u16 index)
{
	return r->mem + (size_t)(index & (r->entries - 1)) * r->stride;
}

static inline u16 spa_sq_used(const struct spa_queue *q)
{
	return READ_ONCE(q->sq.tail) - READ_ONCE(q->sq.head);
}

static inline u32 spa_sq_room(const struct spa_queue *q)
{
	return q->sq.entries - spa_sq_used(q);
}

/* Doorbells in memory, where the card has them. After the admin queue, before the queues that they serve. */
int spa_shadow_alloc(struct spa *spa);
void spa_shadow_free(struct spa *spa);
int spa_shadow_start(struct spa *spa);

/* Shows the card everything up to the tail. True, as below: its register had to be written. */
bool spa_sq_ring(struct spa_queue *q);

/* Copies the next completion to `copy` (cq.stride octets) and steps over it. False: there is none. The card may
 * rewrite its entry at any time, so only the copy is looked at. */
bool spa_cq_next(struct spa_queue *q, void *copy);

/* COALESCE of a queue that runs: the interrupt waits so long, or for so many completions. */
void spa_queue_coalesce(struct spa_queue *q, u32 usecs, u32 entries);

/* There is a completion that nobody has looked at. */
bool spa_cq_pending(const struct spa_queue *q);

/* Gives back what was stepped over and asks for an interrupt at the next entry, which may find another processor. */
bool spa_cq_arm(struct spa_queue *q);
/* Gives back only. */
bool spa_cq_release(struct spa_queue *q);

#endif
