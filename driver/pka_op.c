// SPDX-License-Identifier: GPL-2.0-only
/* A public-key operation: one request of user space with its data, while the card and its reader have it. */
#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "pka_parts.h"
#include "spa.h"

void spa_pka_op_free(struct spa_pka_op *op)
{
	/* Digests, shared secrets, private keys on their way in. */
	kfree_sensitive(op->in);
	kfree_sensitive(op->out);
	kfree(op);
}

void spa_pka_op_unmap(struct device *dev, struct spa_pka_op *op)
{
	if (op->in)
		dma_unmap_single(dev, op->in_dma, op->in_length, DMA_TO_DEVICE);
	if (op->out)
		dma_unmap_single(dev, op->out_dma, op->out_length, DMA_FROM_DEVICE);
}

static int spa_pka_op_map(struct device *dev, struct spa_pka_op *op)
{
	if (op->in) {
		op->in_dma = dma_map_single(dev, op->in, op->in_length, DMA_TO_DEVICE);
		if (dma_mapping_error(dev, op->in_dma))
			return -ENOMEM;
	}
	if (op->out) {
		op->out_dma = dma_map_single(dev, op->out, op->out_length, DMA_FROM_DEVICE);
		if (dma_mapping_error(dev, op->out_dma))
			goto err_in;
	}
	return 0;

err_in:
	if (op->in)
		dma_unmap_single(dev, op->in_dma, op->in_length, DMA_TO_DEVICE);
	return -ENOMEM;
}

static int spa_pka_check(struct spa *spa, const struct spa_pk_request *r)
{
	if (r->op < SPA_PK_DH_GENERATE || r->op > SPA_PK_VERIFY)
		return -EINVAL;
	if (r->in_length > spa->limits.pk_data || r->out_length > spa->limits.pk_data)
		return -EMSGSIZE;
	return 0;
}

struct spa_pka_op *spa_pka_op_new(struct spa *spa, struct spa_pka_ctx *ctx, const struct spa_pk_request *r)
{
	struct spa_pka_op *op;
	int err = spa_pka_check(spa, r);

	if (err)
		return ERR_PTR(err);
	op = kzalloc(sizeof(*op), GFP_KERNEL);
	if (!op)
		return ERR_PTR(-ENOMEM);
	op->ctx = ctx;
	op->record.tag = r->tag;
	op->in_length = r->in_length;
	op->out_length = r->out_length;
	err = -ENOMEM;
	if (r->in_length) {
		op->in = memdup_user(u64_to_user_ptr(r->in), r->in_length);
		if (IS_ERR(op->in)) {
			err = PTR_ERR(op->in);
			op->in = NULL;
			goto err_op;
		}
	}
	if (r->out_length) {
		/* Zeroed: a card that says it wrote and did not must not show user space our memory. */
		op->out = kzalloc(r->out_length, GFP_KERNEL);
		if (!op->out)
			goto err_op;
	}
	err = spa_pka_op_map(spa->dev, op);
	if (err)
		goto err_op;
	return op;

err_op:
	spa_pka_op_free(op);
	return ERR_PTR(err);
}
