// SPDX-License-Identifier: GPL-2.0-only
/* The admin queue: commands to the card, from any context, in order, answered later. */
#include <linux/completion.h>
#include <linux/dmapool.h>
#include <linux/kref.h>
#include <linux/slab.h>

#include "spa.h"

#define SPA_ADMIN_ENTRIES 64
#define SPA_ADMIN_TIMEOUT (10 * HZ)

/* A command that somebody waits for. It outlives a waiter who gives up: the card may still write to its buffer. */
struct spa_exec {
	struct spa_cmd cmd;
	struct kref ref;
	struct spa *spa;
	struct completion answered;
	int err;
	void *buf;
	dma_addr_t dma;
};

static void spa_admin_post(struct spa_admin *a, struct spa_cmd *cmd)
{
	struct spa_admin_cmd *entry = spa_ring_entry(&a->q.sq, a->q.sq.tail);

	*entry = cmd->desc;
	entry->tag = cpu_to_le64(spa_tags_give(&a->tags, cmd));
	a->q.sq.tail++;
}

/* Moves waiting commands to the ring. Holds the lock. */
static void spa_admin_post_waiting(struct spa_admin *a)
{
	struct spa_cmd *cmd, *next;
	bool posted = false;

	list_for_each_entry_safe(cmd, next, &a->waiting, list) {
		if (spa_tags_full(&a->tags))
			break;
		list_del(&cmd->list);
		spa_admin_post(a, cmd);
		posted = true;
	}
	if (posted)
		spa_sq_ring(&a->q);
}

void spa_admin_submit(struct spa *spa, struct spa_cmd *cmd)
{
	struct spa_admin *a = &spa->admin;
	bool stopped;

	spin_lock_bh(&a->lock);
	stopped = a->stopped;
	if (!stopped) {
		list_add_tail(&cmd->list, &a->waiting);
		spa_admin_post_waiting(a);
	}
	spin_unlock_bh(&a->lock);
	if (stopped)
		cmd->done(spa, cmd, a->stopped_by);
}

/* At most *budget completions, so that a card that writes them without end does not hold us here. */
static struct spa_cmd *spa_admin_answered(struct spa *spa, u32 *budget, int *err)
{
	struct spa_admin *a = &spa->admin;
	struct spa_completion cpl;
	struct spa_cmd *cmd = NULL;

	spin_lock_bh(&a->lock);
	while (!cmd && !a->stopped && *budget && spa_cq_next(&a->q, &cpl)) {
		--*budget;
		cmd = spa_tags_take(&a->tags, le64_to_cpu(cpl.tag));
		if (!cmd) {
			spa_count(spa, SPA_COUNT_ADMIN_BAD_TAG);
			/* Whoever it was meant for waits in vain. */
			spa_health_nonsense(spa);
			continue;
		}
		a->q.sq.head++;
		*err = spa_status_errno(cpl.status);
	}
	spin_unlock_bh(&a->lock);
	return cmd;
}

void spa_admin_poll(struct spa *spa)
{
	struct spa_admin *a = &spa->admin;
	u32 budget = a->q.cq.entries;
	struct spa_cmd *cmd;
	int err;

	while ((cmd = spa_admin_answered(spa, &budget, &err)))
		cmd->done(spa, cmd, err);

	spin_lock_bh(&a->lock);
	if (!a->stopped) {
		spa_cq_arm(&a->q);
		spa_admin_post_waiting(a);
	}
	spin_unlock_bh(&a->lock);
}

void *spa_admin_buffer(struct spa *spa, dma_addr_t *dma)
{
	return dma_pool_zalloc(spa->admin.buffers, GFP_KERNEL, dma);
}

void spa_admin_buffer_free(struct spa *spa, void *buf, dma_addr_t dma)
{
	memzero_explicit(buf, SPA_ADMIN_DATA);
	dma_pool_free(spa->admin.buffers, buf, dma);
}

static void spa_exec_free(struct kref *ref)
{
	struct spa_exec *e = container_of(ref, struct spa_exec, ref);

	if (e->buf)
		spa_admin_buffer_free(e->spa, e->buf, e->dma);
	kfree(e);
}

static void spa_exec_done(struct spa *spa, struct spa_cmd *cmd, int err)
{
	struct spa_exec *e = container_of(cmd, struct spa_exec, cmd);

	e->err = err;
	complete(&e->answered);
	kref_put(&e->ref, spa_exec_free);
}

static struct spa_exec *spa_exec_alloc(struct spa *spa, const struct spa_admin_cmd *desc,
				       const struct spa_exec_data *data)
{
	struct spa_exec *e = kzalloc(sizeof(*e), GFP_KERNEL);

	if (!e)
		return NULL;
	kref_init(&e->ref);
	init_completion(&e->answered);
	e->spa = spa;
	e->cmd.desc = *desc;
	e->cmd.done = spa_exec_done;
	if (!data)
		return e;

	e->buf = spa_admin_buffer(spa, &e->dma);
	if (!e->buf) {
		kfree(e);
		return NULL;
	}
	if (data->in)
		memcpy(e->buf, data->in, data->length);
	e->cmd.desc.addr = cpu_to_le64(e->dma);
	e->cmd.desc.length = cpu_to_le32(data->length);
	return e;
}

int spa_admin_exec(struct spa *spa, const struct spa_admin_cmd *desc, const struct spa_exec_data *data)
{
	struct spa_exec *e;
	int err;

	if (WARN_ON_ONCE(data && data->length > SPA_ADMIN_DATA))
		return -EINVAL;
	err = spa_hw_alive(spa);
	if (err)
		return err;
	e = spa_exec_alloc(spa, desc, data);
	if (!e)
		return -ENOMEM;

	kref_get(&e->ref);
	spa_admin_submit(spa, &e->cmd);
	if (wait_for_completion_timeout(&e->answered, SPA_ADMIN_TIMEOUT)) {
		err = e->err;
		if (!err && data && data->out)
			memcpy(data->out, e->buf, data->length);
	} else {
		err = spa_hw_alive(spa) ?: -ETIMEDOUT;
		spa_count(spa, SPA_COUNT_ADMIN_TIMEOUTS);
		dev_err_ratelimited(spa->dev, "admin command %u is not answered\n", le16_to_cpu(desc->opcode));
		spa_health_fault(spa, SPA_FAULT_ADMIN);
	}
	kref_put(&e->ref, spa_exec_free);
	return err;
}

int spa_admin_resume(struct spa *spa)
{
	struct spa_admin *a = &spa->admin;
	int err = spa_queue_start(&a->q);

	if (err)
		return err;
	spin_lock_bh(&a->lock);
	a->stopped = false;
	spa_cq_arm(&a->q);
	spin_unlock_bh(&a->lock);
	return 0;
}

int spa_admin_start(struct spa *spa)
{
	u32 entries = min_t(u32, spa->limits.ring, SPA_ADMIN_ENTRIES);
	struct spa_queue_shape shape = {
		.id = SPA_QUEUE_ADMIN,
		.vector = SPA_VECTOR_EVENT,
		.sq_entries = entries,
		.sq_stride = sizeof(struct spa_admin_cmd),
		.cq_entries = entries,
		.cq_stride = sizeof(struct spa_completion),
	};
	struct spa_admin *a = &spa->admin;
	int err;

	BUILD_BUG_ON(sizeof(struct spa_sa) > SPA_ADMIN_DATA);
	a->buffers = dma_pool_create("spa-admin", spa->dev, SPA_ADMIN_DATA, 64, 0);
	if (!a->buffers)
		return -ENOMEM;
	err = spa_tags_init(&a->tags, entries);
	if (err)
		goto err_pool;
	err = spa_queue_alloc(spa, &a->q, &shape);
	if (err)
		goto err_tags;
	err = spa_admin_resume(spa);
	if (err)
		goto err_queue;
	return 0;

err_queue:
	spa_queue_free(&a->q);
err_tags:
	spa_tags_free(&a->tags);
err_pool:
	dma_pool_destroy(a->buffers);
	a->buffers = NULL;
	return err;
}

void spa_admin_abort(struct spa *spa, int err)
{
	struct spa_admin *a = &spa->admin;
	struct spa_cmd *cmd, *next;
	LIST_HEAD(orphans);

	spin_lock_bh(&a->lock);
	a->stopped = true;
	a->stopped_by = err;
	list_splice_init(&a->waiting, &orphans);
	while ((cmd = spa_tags_take_any(&a->tags)))
		list_add_tail(&cmd->list, &orphans);
	spin_unlock_bh(&a->lock);
	list_for_each_entry_safe(cmd, next, &orphans, list)
		cmd->done(spa, cmd, err);
}

void spa_admin_stop(struct spa *spa)
{
	struct spa_admin *a = &spa->admin;

	spin_lock_bh(&a->lock);
	a->stopped = true;
	a->stopped_by = -ENODEV;
	spin_unlock_bh(&a->lock);
	/* Buffers are given back below, so the card must be off them first. */
	spa_queue_stop(&a->q);
	spa_admin_abort(spa, -ENODEV);
}

void spa_admin_free(struct spa *spa)
{
	struct spa_admin *a = &spa->admin;

	spa_queue_free(&a->q);
	spa_tags_free(&a->tags);
	dma_pool_destroy(a->buffers);
}
