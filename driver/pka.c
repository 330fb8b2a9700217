// SPDX-License-Identifier: GPL-2.0-only
/* The public-key accelerator of a card: its queue, what comes back from it, and the device /dev/spaN. */
#include <linux/miscdevice.h>
#include <linux/slab.h>

#include "pka.h"
#include "pka_parts.h"
#include "spa.h"

#define SPA_PKA_ENTRIES 256

static DEFINE_IDA(spa_pka_ids);

static void spa_pka_free(struct kref *ref)
{
	struct spa_pka *pka = container_of(ref, struct spa_pka, ref);

	ida_destroy(&pka->owners);
	ida_free(&spa_pka_ids, pka->id);
	kfree(pka);
}

void spa_pka_put(struct spa_pka *pka)
{
	kref_put(&pka->ref, spa_pka_free);
}

bool spa_pka_gone(const struct spa_pka *pka)
{
	return READ_ONCE(pka->stopped) || READ_ONCE(pka->dead);
}

/* ---- Requests ---- */

bool spa_pka_post(struct spa_pka *pka, struct spa_pka_op *op, const struct spa_pk_request *r)
{
	struct spa_pk_cmd *cmd;
	bool posted = false;

	spin_lock_bh(&pka->lock);
	if (!pka->stopped && !pka->paused && !spa_tags_full(&pka->tags)) {
		cmd = spa_ring_entry(&pka->q.sq, pka->q.sq.tail);
		memset(cmd, 0, sizeof(*cmd));
		cmd->op = cpu_to_le16(r->op);
		cmd->alg = cpu_to_le16(r->alg);
		cmd->key = cpu_to_le32(r->key);
		cmd->in_addr = cpu_to_le64(op->in ? op->in_dma : 0);
		cmd->in_length = cpu_to_le32(op->in_length);
		cmd->out_length = cpu_to_le32(op->out_length);
		cmd->out_addr = cpu_to_le64(op->out ? op->out_dma : 0);
		cmd->owner = cpu_to_le32(op->ctx->owner);
		cmd->tag = cpu_to_le64(spa_tags_give(&pka->tags, op));
		pka->q.sq.tail++;
		posted = true;
	}
	spin_unlock_bh(&pka->lock);
	return posted;
}

void spa_pka_ring(struct spa_pka *pka)
{
	spin_lock_bh(&pka->lock);
	if (!pka->stopped && !pka->paused)
		spa_sq_ring(&pka->q);
	spin_unlock_bh(&pka->lock);
}

/* ---- Completions ---- */

static void spa_pka_finish(struct spa *spa, struct spa_pka_op *op, int status)
{
	struct spa_pka_ctx *ctx = op->ctx;

	spa_pka_op_unmap(spa->dev, op);
	op->record.status = status;
	spa_pka_ctx_done(ctx, op);
	/* Nobody reads what a closed file asked for. */
	spa_pka_ctx_put(ctx, spa);
}

static void spa_pka_complete(struct spa *spa, struct spa_pka_op *op, const struct spa_completion *cpl)
{
	u32 length = le32_to_cpu(cpl->length);
	int status = spa_status_errno(cpl->status);

	if (!status && length > op->out_length) {
		spa_count(spa, SPA_COUNT_PK_BAD_COMPLETION);
		dev_warn_ratelimited(spa->dev, "a public-key operation reports %u octets of output in a buffer of %u\n",
				     length, op->out_length);
		status = -EIO;
	}
	if (!status) {
		op->record.length = length;
		op->record.key = le32_to_cpu(cpl->sa_index);
	}
	spa_count(spa, status ? SPA_COUNT_PK_ERRORS : SPA_COUNT_PK_DONE);
	spa_pka_finish(spa, op, status);
}

static struct spa_pka_op *spa_pka_next(struct spa_pka *pka, u32 *budget, struct spa_completion *cpl)
{
	struct spa_pka_op *op = NULL;

	spin_lock_bh(&pka->lock);
	while (!op && !pka->stopped && !pka->paused && *budget && spa_cq_next(&pka->q, cpl)) {
		--*budget;
		op = spa_tags_take(&pka->tags, le64_to_cpu(cpl->tag));
		if (op) {
			pka->q.sq.head++;
			continue;
		}
		spa_count(pka->card, SPA_COUNT_PK_BAD_COMPLETION);
		/* Whoever it was meant for waits in vain. */
		spa_health_nonsense(pka->card);
	}
	spin_unlock_bh(&pka->lock);
	return op;
}

void spa_pka_poll(struct spa_pka *pka)
{
	u32 budget = pka->q.cq.entries;
	/* spa_pka_stop frees the interrupt before it lets the card go. */
	struct spa *spa = pka->card;
	struct spa_completion cpl;
	struct spa_pka_op *op;

	while ((op = spa_pka_next(pka, &budget, &cpl)))
		spa_pka_complete(spa, op, &cpl);
	spin_lock_bh(&pka->lock);
	if (!pka->stopped && !pka->paused)
		spa_cq_arm(&pka->q);
	spin_unlock_bh(&pka->lock);
	wake_up_interruptible(&pka->room);
}

/* Gives back what is in flight; the card is off its memory. */
static void spa_pka_cancel_all(struct spa *spa, struct spa_pka *pka)
{
	struct spa_pka_op *op;

	for (;;) {
		spin_lock_bh(&pka->lock);
		op = spa_tags_take_any(&pka->tags);
		spin_unlock_bh(&pka->lock);
		if (!op)
			return;
		spa_pka_finish(spa, op, -ECANCELED);
	}
}

/* ---- Around a reset ---- */

void spa_pka_pause(struct spa *spa)
{
	struct spa_pka *pka = spa->pka;

	if (!pka)
		return;
	spin_lock_bh(&pka->lock);
	pka->paused = true;
	spin_unlock_bh(&pka->lock);
	spa_pka_cancel_all(spa, pka);
}

int spa_pka_resume(struct spa *spa)
{
	struct spa_pka *pka = spa->pka;
	int err;

	if (!pka)
		return 0;
	err = spa_queue_start(&pka->q);
	if (err)
		return err;
	spin_lock_bh(&pka->lock);
	pka->paused = false;
	pka->dead = false;
	spa_cq_arm(&pka->q);
	spin_unlock_bh(&pka->lock);
	wake_up_interruptible(&pka->room);
	return 0;
}

bool spa_pka_busy(struct spa *spa, u16 *head)
{
	struct spa_pka *pka = spa->pka;

	if (!pka)
		return false;
	*head = READ_ONCE(pka->q.sq.head);
	return READ_ONCE(pka->tags.in_use);
}

bool spa_pka_catch_up(struct spa *spa)
{
	struct spa_pka *pka = spa->pka;

	if (!pka || !spa_cq_pending(&pka->q))
		return false;
	spa_pka_poll(pka);
	return true;
}

/* ---- Making and unmaking ---- */

static struct spa_pka *spa_pka_new(struct spa *spa)
{
	struct spa_pka *pka = kzalloc(sizeof(*pka), GFP_KERNEL);

	if (!pka)
		return NULL;
	pka->id = ida_alloc(&spa_pka_ids, GFP_KERNEL);
	if (pka->id < 0) {
		kfree(pka);
		return NULL;
	}
	kref_init(&pka->ref);
	init_rwsem(&pka->sem);
	ida_init(&pka->owners);
	spin_lock_init(&pka->lock);
	INIT_LIST_HEAD(&pka->contexts);
	init_waitqueue_head(&pka->room);
	pka->card = spa;
	snprintf(pka->name, sizeof(pka->name), "spa%d", pka->id);
	pka->misc.minor = MISC_DYNAMIC_MINOR;
	pka->misc.name = pka->name;
	pka->misc.fops = &spa_pka_fops;
	pka->misc.parent = spa->dev;
	pka->misc.mode = 0600;
	return pka;
}

static int spa_pka_queue_start(struct spa *spa, struct spa_pka *pka)
{
	u32 entries = min_t(u32, spa->limits.ring, SPA_PKA_ENTRIES);
	struct spa_queue_shape shape = {
		.id = SPA_QUEUE_PK(0),
		.vector = SPA_VECTOR_PK,
		.sq_entries = entries,
		.sq_stride = sizeof(struct spa_pk_cmd),
		.cq_entries = entries,
		.cq_stride = sizeof(struct spa_completion),
	};
	int err;

	err = spa_tags_init(&pka->tags, entries);
	if (err)
		return err;
	err = spa_queue_alloc(spa, &pka->q, &shape);
	if (err)
		goto err_tags;
	err = spa_queue_start(&pka->q);
	if (err)
		goto err_queue;
	return 0;

err_queue:
	spa_queue_free(&pka->q);
err_tags:
	spa_tags_free(&pka->tags);
	return err;
}

int spa_pka_start(struct spa *spa)
{
	struct spa_pka *pka;
	int err;

	if (!spa->limits.pk_queues || !(spa->limits.features & SPA_FEATURE_PK))
		return 0;
	pka = spa_pka_new(spa);
	if (!pka)
		return -ENOMEM;
	spa->pka = pka;
	err = spa_pka_queue_start(spa, pka);
	if (err)
		goto err_pka;
	err = spa_irq_request_pk(spa);
	if (err)
		goto err_queue;
	spin_lock_bh(&pka->lock);
	spa_cq_arm(&pka->q);
	spin_unlock_bh(&pka->lock);
	err = misc_register(&pka->misc);
	if (err)
		goto err_irq;
	return 0;

err_irq:
	spa_irq_release_pk(spa);
err_queue:
	spa_queue_stop(&pka->q);
	spa_queue_free(&pka->q);
	spa_tags_free(&pka->tags);
err_pka:
	spa->pka = NULL;
	spa_pka_put(pka);
	return err;
}

/* Everybody who sleeps or polls looks again. */
static void spa_pka_wake_all(struct spa_pka *pka)
{
	struct spa_pka_ctx *ctx;

	spin_lock_bh(&pka->lock);
	list_for_each_entry(ctx, &pka->contexts, list)
		wake_up_interruptible(&ctx->wait);
	spin_unlock_bh(&pka->lock);
	wake_up_interruptible(&pka->room);
}

void spa_pka_give_up(struct spa *spa)
{
	struct spa_pka *pka = spa->pka;

	if (!pka)
		return;
	WRITE_ONCE(pka->dead, true);
	spa_pka_wake_all(pka);
}

void spa_pka_stop(struct spa *spa)
{
	struct spa_pka *pka = spa->pka;

	if (!pka)
		return;
	misc_deregister(&pka->misc);
	/* Waits for calls under way; later ones find no card. */
	down_write(&pka->sem);
	spin_lock_bh(&pka->lock);
	pka->stopped = true;
	spin_unlock_bh(&pka->lock);
	spa_irq_release_pk(spa);
	/* The operations' memory is given back below, so the card must be off it first. */
	spa_queue_stop(&pka->q);
	spa_pka_cancel_all(spa, pka);
	pka->card = NULL;
	up_write(&pka->sem);
	spa_pka_wake_all(pka);
	spa_queue_free(&pka->q);
	spa_tags_free(&pka->tags);
	spa->pka = NULL;
	spa_pka_put(pka);
}
