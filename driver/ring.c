// SPDX-License-Identifier: GPL-2.0-only
/* A queue of the card: a submission ring, a completion ring, and the arithmetic of both. */
#include <linux/dma-mapping.h>

#include "spa.h"

static u32 spa_qread(struct spa_queue *q, u32 reg)
{
	return spa_read(q->spa, SPA_REG_QUEUE(q->id, reg));
}

static void spa_qwrite(struct spa_queue *q, u32 reg, u32 value)
{
	spa_write(q->spa, SPA_REG_QUEUE(q->id, reg), value);
}

static int spa_ring_alloc(struct spa *spa, struct spa_ring *r, u32 entries, u32 stride)
{
	r->entries = entries;
	r->stride = stride;
	if (!entries)
		return 0;
	/* Coherent memory starts on a page, which is more than the 64 octets that the card wants. */
	r->mem = dma_alloc_coherent(spa->dev, (size_t)entries * stride, &r->dma, GFP_KERNEL);
	return r->mem ? 0 : -ENOMEM;
}

static void spa_ring_free(struct spa *spa, struct spa_ring *r)
{
	if (r->mem)
		dma_free_coherent(spa->dev, (size_t)r->entries * r->stride, r->mem, r->dma);
	r->mem = NULL;
}

static void spa_ring_clear(struct spa_ring *r)
{
	r->head = 0;
	r->tail = 0;
	if (r->mem)
		memset(r->mem, 0, (size_t)r->entries * r->stride);
}

int spa_queue_alloc(struct spa *spa, struct spa_queue *q, const struct spa_queue_shape *shape)
{
	int err;

	memset(q, 0, sizeof(*q));
	q->spa = spa;
	q->id = shape->id;
	q->vector = shape->vector;
	err = spa_ring_alloc(spa, &q->sq, shape->sq_entries, shape->sq_stride);
	if (err)
		return err;
	err = spa_ring_alloc(spa, &q->cq, shape->cq_entries, shape->cq_stride);
	if (err)
		spa_ring_free(spa, &q->sq);
	return err;
}

void spa_queue_free(struct spa_queue *q)
{
	if (!q->spa)
		return;
	spa_ring_free(q->spa, &q->cq);
	spa_ring_free(q->spa, &q->sq);
}

/* Finds the queue's slots, and empties them. The admin and event queues have none. */
static void spa_shadow_attach(struct spa_queue *q)
{
	struct spa *spa = q->spa;
	struct spa_shadow_wake *wakes;

	q->rung = 0;
	q->released = 0;
	if (!spa->shadow || q->id == SPA_QUEUE_ADMIN || q->id == SPA_QUEUE_EVENT)
		return;
	wakes = spa->shadow + SPA_SHADOW_PAGE;
	q->bell = (struct spa_shadow_doorbell *)spa->shadow + q->id;
	q->wake = wakes + q->id;
	memset(q->bell, 0, sizeof(*q->bell));
	memset(&wakes[q->id], 0, sizeof(wakes[q->id]));
}

int spa_queue_start(struct spa_queue *q)
{
	int err;

	spa_shadow_attach(q);
	spa_ring_clear(&q->sq);
	spa_ring_clear(&q->cq);
	spa_qwrite(q, SPA_QREG_SQ_BASE_LO, lower_32_bits(q->sq.dma));
	spa_qwrite(q, SPA_QREG_SQ_BASE_HI, upper_32_bits(q->sq.dma));
	spa_qwrite(q, SPA_QREG_SQ_SIZE, q->sq.entries);
	spa_qwrite(q, SPA_QREG_CQ_BASE_LO, lower_32_bits(q->cq.dma));
	spa_qwrite(q, SPA_QREG_CQ_BASE_HI, upper_32_bits(q->cq.dma));
	spa_qwrite(q, SPA_QREG_CQ_SIZE, q->cq.entries);
	spa_qwrite(q, SPA_QREG_VECTOR, q->vector);
	spa_qwrite(q, SPA_QREG_CONTROL, SPA_QUEUE_CONTROL_ENABLE);
	err = spa_hw_wait(q->spa, SPA_REG_QUEUE(q->id, SPA_QREG_STATUS),
			  SPA_QUEUE_STATUS_RUNNING | SPA_QUEUE_STATUS_ERROR, SPA_QUEUE_STATUS_RUNNING);
	if (err) {
		dev_err(q->spa->dev, "queue %u does not start: status %08x, error %u\n", q->id,
			spa_qread(q, SPA_QREG_STATUS), spa_read(q->spa, SPA_REG_ERROR));
		spa_queue_stop(q);
	}
	return err;
}

void spa_queue_stop(struct spa_queue *q)
{
	if (!q->spa || READ_ONCE(q->spa->gone))
		return;
	spa_qwrite(q, SPA_QREG_CONTROL, 0);
	if (spa_hw_wait(q->spa, SPA_REG_QUEUE(q->id, SPA_QREG_STATUS), SPA_QUEUE_STATUS_RUNNING, 0))
		spa_hw_isolate(q->spa, "a queue does not stop");
}

void spa_queue_coalesce(struct spa_queue *q, u32 usecs, u32 entries)
{
	if (q->spa->limits.features & SPA_FEATURE_COALESCE)
		spa_qwrite(q, SPA_QREG_COALESCE, usecs | entries << SPA_COALESCE_ENTRIES_SHIFT);
}

/* Has the index gone past the one at which the card wants to be woken? */
static bool spa_passes(u16 wake, u16 now, u16 before)
{
	return (u16)(now - wake - 1) < (u16)(now - before);
}

bool spa_sq_ring(struct spa_queue *q)
{
	u16 tail = q->sq.tail;
	bool wake = true;

	if (q->bell) {
		/* The entries before the doorbell, the doorbell before the look whether the card sleeps. */
		dma_wmb();
		WRITE_ONCE(q->bell->sq, cpu_to_le32(tail));
		mb();
		wake = spa_passes(le32_to_cpu(READ_ONCE(q->wake->sq)), tail, q->rung);
		q->rung = tail;
	}
	/* writel orders the entries before the doorbell. */
	if (wake)
		spa_write(q->spa, SPA_DOORBELL_SQ(q->id), tail);
	return wake;
}

/* Gives the completions back up to the head; true when the card must be told by its register. */
static bool spa_cq_show(struct spa_queue *q, u16 head, u32 value)
{
	u16 before = q->released;

	q->released = head;
	dma_wmb();
	WRITE_ONCE(q->bell->cq, cpu_to_le32(value));
	mb();
	return spa_passes(le32_to_cpu(READ_ONCE(q->wake->cq)), head, before);
}

static bool spa_cq_new_at(const struct spa_queue *q, u16 head)
{
	const struct spa_ring *r = &q->cq;
	const u8 *entry = spa_ring_entry(r, head);
	u8 want = (head / r->entries & 1) ^ 1;

	/* The phase is the last octet of every completion and event. */
	return (READ_ONCE(entry[r->stride - 1]) & 1) == want;
}

bool spa_cq_pending(const struct spa_queue *q)
{
	return spa_cq_new_at(q, READ_ONCE(q->cq.head));
}

bool spa_cq_next(struct spa_queue *q, void *copy)
{
	struct spa_ring *r = &q->cq;

	if (!spa_cq_pending(q))
		return false;
	dma_rmb();
	memcpy(copy, spa_ring_entry(r, r->head), r->stride);
	r->head++;
	return true;
}

bool spa_cq_arm(struct spa_queue *q)
{
	u16 head = q->cq.head;
	u32 value = head | SPA_DOORBELL_ARM;
	bool wake = true;

	if (q->bell) {
		/* Counted, so that the card tells this arming from the one before. */
		value |= (q->armings++ & SPA_SHADOW_ARM_COUNT_MASK) << SPA_SHADOW_ARM_COUNT_SHIFT;
		/* From here on whoever takes the interrupt owns the queue: nothing of it is written any more. */
		wake = spa_cq_show(q, head, value);
		/* What came before the card saw the arming would come without an interrupt. */
		wake |= spa_cq_new_at(q, head);
	}
	if (wake)
		spa_write(q->spa, SPA_DOORBELL_CQ(q->id), value);
	return wake;
}

bool spa_cq_release(struct spa_queue *q)
{
	bool wake = !q->bell || spa_cq_show(q, q->cq.head, q->cq.head);

	if (wake)
		spa_write(q->spa, SPA_DOORBELL_CQ(q->id), q->cq.head);
	return wake;
}

/* ---- Doorbells in memory ---- */

int spa_shadow_alloc(struct spa *spa)
{
	if (!(spa->limits.features & SPA_FEATURE_SHADOW))
		return 0;
	spa->shadow = dma_alloc_coherent(spa->dev, SPA_SHADOW_SIZE, &spa->shadow_dma, GFP_KERNEL);
	return spa->shadow ? 0 : -ENOMEM;
}

void spa_shadow_free(struct spa *spa)
{
	if (spa->shadow)
		dma_free_coherent(spa->dev, SPA_SHADOW_SIZE, spa->shadow, spa->shadow_dma);
	spa->shadow = NULL;
}

int spa_shadow_start(struct spa *spa)
{
	struct spa_admin_cmd cmd = {
		.opcode = cpu_to_le16(SPA_CMD_SHADOW_SET),
		.addr = cpu_to_le64(spa->shadow_dma),
		.length = cpu_to_le32(SPA_SHADOW_SIZE),
	};

	if (!spa->shadow)
		return 0;
	memset(spa->shadow, 0, SPA_SHADOW_SIZE);
	return spa_admin_exec(spa, &cmd, NULL);
}
