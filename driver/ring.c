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

int spa_queue_start(struct spa_queue *q)
{
	int err;

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

void spa_sq_ring(struct spa_queue *q)
{
	/* writel orders the entries before the doorbell. */
	spa_write(q->spa, SPA_DOORBELL_SQ(q->id), q->sq.tail);
}

bool spa_cq_pending(const struct spa_queue *q)
{
	const struct spa_ring *r = &q->cq;
	u16 head = READ_ONCE(r->head);
	const u8 *entry = spa_ring_entry(r, head);
	u8 want = (head / r->entries & 1) ^ 1;

	/* The phase is the last octet of every completion and event. */
	return (READ_ONCE(entry[r->stride - 1]) & 1) == want;
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

void spa_cq_arm(struct spa_queue *q)
{
	spa_write(q->spa, SPA_DOORBELL_CQ(q->id), q->cq.head | SPA_DOORBELL_ARM);
}

void spa_cq_release(struct spa_queue *q)
{
	spa_write(q->spa, SPA_DOORBELL_CQ(q->id), q->cq.head);
}
