// SPDX-License-Identifier: GPL-2.0-only
/* A context: one open file, one owner number on the card, the operations that nobody has read yet. */
#include <linux/slab.h>

#include "pka_parts.h"
#include "spa.h"

static void spa_pka_ctx_free(struct spa_pka_ctx *ctx)
{
	struct spa_pka_op *op, *next;

	list_for_each_entry_safe(op, next, &ctx->done, list)
		spa_pka_op_free(op);
	ida_free(&ctx->pka->owners, ctx->owner);
	spa_pka_put(ctx->pka);
	kfree(ctx);
}

static void spa_pka_ctx_released(struct spa *spa, struct spa_cmd *cmd, int err)
{
	/* A reset has destroyed them too. */
	if (err && err != -ENODEV && err != -ECANCELED)
		dev_err_ratelimited(spa->dev, "keys of an owner were not destroyed: %d\n", err);
	spa_pka_ctx_free(container_of(cmd, struct spa_pka_ctx, release));
}

void spa_pka_ctx_put(struct spa_pka_ctx *ctx, struct spa *card)
{
	if (!refcount_dec_and_test(&ctx->ref))
		return;
	if (!card) {
		/* Its keys went with it. */
		spa_pka_ctx_free(ctx);
		return;
	}
	ctx->release.desc.opcode = cpu_to_le16(SPA_CMD_OWNER_RELEASE);
	ctx->release.desc.index = cpu_to_le32(ctx->owner);
	ctx->release.done = spa_pka_ctx_released;
	spa_admin_submit(card, &ctx->release);
}

struct spa_pka_ctx *spa_pka_ctx_new(struct spa_pka *pka)
{
	struct spa_pka_ctx *ctx = kzalloc(sizeof(*ctx), GFP_KERNEL);
	int owner;

	if (!ctx)
		return ERR_PTR(-ENOMEM);
	/* 0 is nobody. */
	owner = ida_alloc_min(&pka->owners, 1, GFP_KERNEL);
	if (owner < 0) {
		kfree(ctx);
		return ERR_PTR(owner);
	}
	refcount_set(&ctx->ref, 1);
	kref_get(&pka->ref);
	ctx->pka = pka;
	ctx->owner = owner;
	mutex_init(&ctx->reader);
	spin_lock_init(&ctx->lock);
	INIT_LIST_HEAD(&ctx->done);
	init_waitqueue_head(&ctx->wait);
	spin_lock_bh(&pka->lock);
	list_add(&ctx->list, &pka->contexts);
	spin_unlock_bh(&pka->lock);
	return ctx;
}

void spa_pka_ctx_close(struct spa_pka_ctx *ctx)
{
	struct spa_pka *pka = ctx->pka;

	/* The context may be the last to hold it. */
	kref_get(&pka->ref);
	spin_lock_bh(&pka->lock);
	list_del(&ctx->list);
	spin_unlock_bh(&pka->lock);
	down_read(&pka->sem);
	spa_pka_ctx_put(ctx, pka->card);
	up_read(&pka->sem);
	spa_pka_put(pka);
}

bool spa_pka_ctx_hold(struct spa_pka_ctx *ctx)
{
	bool room;

	spin_lock_bh(&ctx->lock);
	room = ctx->held < SPA_PKA_MAX_INFLIGHT;
	if (room)
		ctx->held++;
	spin_unlock_bh(&ctx->lock);
	return room;
}

void spa_pka_ctx_unhold(struct spa_pka_ctx *ctx)
{
	spin_lock_bh(&ctx->lock);
	ctx->held--;
	spin_unlock_bh(&ctx->lock);
}

void spa_pka_ctx_done(struct spa_pka_ctx *ctx, struct spa_pka_op *op)
{
	spin_lock_bh(&ctx->lock);
	list_add_tail(&op->list, &ctx->done);
	spin_unlock_bh(&ctx->lock);
	wake_up_interruptible(&ctx->wait);
}

struct spa_pka_op *spa_pka_ctx_first(struct spa_pka_ctx *ctx)
{
	struct spa_pka_op *op;

	spin_lock_bh(&ctx->lock);
	op = list_first_entry_or_null(&ctx->done, struct spa_pka_op, list);
	spin_unlock_bh(&ctx->lock);
	return op;
}

void spa_pka_ctx_take(struct spa_pka_ctx *ctx, struct spa_pka_op *op)
{
	spin_lock_bh(&ctx->lock);
	list_del(&op->list);
	ctx->held--;
	spin_unlock_bh(&ctx->lock);
}
