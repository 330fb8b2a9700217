// SPDX-License-Identifier: GPL-2.0-only
/* /dev/spaN as a file: the calls of <spa/uapi.h>. */
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/uaccess.h>

#include "pka_parts.h"
#include "spa.h"

#define SPA_PKA_RECORD_ALIGN 8

static int spa_pka_open(struct inode *inode, struct file *file)
{
	/* misc_open holds off misc_deregister, so the accelerator is there. */
	struct spa_pka *pka = container_of(file->private_data, struct spa_pka, misc);
	struct spa_pka_ctx *ctx = spa_pka_ctx_new(pka);

	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	file->private_data = ctx;
	return stream_open(inode, file);
}

static int spa_pka_release(struct inode *inode, struct file *file)
{
	spa_pka_ctx_close(file->private_data);
	return 0;
}

/* ---- Submitting ---- */

static int spa_pka_submit_one(struct spa *spa, struct spa_pka_ctx *ctx, const struct spa_pk_request *r)
{
	struct spa_pka_op *op;

	if (!spa_pka_ctx_hold(ctx))
		return -EAGAIN;
	op = spa_pka_op_new(spa, ctx, r);
	if (IS_ERR(op)) {
		spa_pka_ctx_unhold(ctx);
		return PTR_ERR(op);
	}
	/* Before the card can finish it. */
	refcount_inc(&ctx->ref);
	if (spa_pka_post(ctx->pka, op, r))
		return 0;
	spa_pka_op_unmap(spa->dev, op);
	spa_pka_op_free(op);
	spa_pka_ctx_unhold(ctx);
	/* Never the last one: the file has its own. */
	spa_pka_ctx_put(ctx, spa);
	return -EAGAIN;
}

static int spa_pka_submit_batch(struct spa *spa, struct spa_pka_ctx *ctx, struct spa_pk_submit *batch)
{
	const struct spa_pk_request __user *requests = u64_to_user_ptr(batch->requests);
	struct spa_pk_request r;
	int err = 0;

	for (batch->taken = 0; batch->taken < batch->count; batch->taken++) {
		if (copy_from_user(&r, &requests[batch->taken], sizeof(r)))
			err = -EFAULT;
		else
			err = spa_pka_submit_one(spa, ctx, &r);
		if (err)
			break;
	}
	if (!batch->taken)
		return err;
	spa_pka_ring(ctx->pka);
	return 0;
}

static long spa_pka_submit(struct spa *spa, struct spa_pka_ctx *ctx, struct spa_pk_submit __user *arg)
{
	struct spa_pk_submit batch;
	int err;

	if (copy_from_user(&batch, arg, sizeof(batch)))
		return -EFAULT;
	if (!batch.count || batch.count > SPA_PKA_MAX_BATCH)
		return -EINVAL;
	err = spa_hw_alive(spa) ?: spa_pka_submit_batch(spa, ctx, &batch);
	if (err)
		return err;
	return put_user(batch.taken, &arg->taken);
}

static long spa_pka_info(struct spa *spa, struct spa_pk_info __user *arg)
{
	struct spa_pk_info info = {
		.version = SPA_UAPI_VERSION,
		.features = spa->limits.features,
		.max_batch = SPA_PKA_MAX_BATCH,
		.max_inflight = SPA_PKA_MAX_INFLIGHT,
		.max_data = spa->limits.pk_data,
		.max_sas = spa->limits.sas,
	};

	strscpy(info.netdev, spa->netdev->name, sizeof(info.netdev));
	return copy_to_user(arg, &info, sizeof(info)) ? -EFAULT : 0;
}

static long spa_pka_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct spa_pka_ctx *ctx = file->private_data;
	struct spa_pka *pka = ctx->pka;
	long ret;

	down_read(&pka->sem);
	if (!pka->card)
		ret = -ENODEV;
	else if (cmd == SPA_IOC_INFO)
		ret = spa_pka_info(pka->card, (void __user *)arg);
	else if (cmd == SPA_IOC_SUBMIT)
		ret = spa_pka_submit(pka->card, ctx, (void __user *)arg);
	else
		ret = -ENOTTY;
	up_read(&pka->sem);
	return ret;
}

/* ---- Reading ---- */

static size_t spa_pka_record_size(const struct spa_pka_op *op)
{
	return ALIGN(sizeof(op->record) + op->record.length, SPA_PKA_RECORD_ALIGN);
}

static int spa_pka_copy_record(const struct spa_pka_op *op, char __user *to)
{
	size_t end = sizeof(op->record) + op->record.length;

	if (copy_to_user(to, &op->record, sizeof(op->record)) ||
	    copy_to_user(to + sizeof(op->record), op->out, op->record.length) ||
	    clear_user(to + end, spa_pka_record_size(op) - end))
		return -EFAULT;
	return 0;
}

/* Octets copied; 0 when nothing is finished. */
static ssize_t spa_pka_read_records(struct spa_pka_ctx *ctx, char __user *to, size_t room)
{
	struct spa_pka_op *op;
	size_t done = 0;
	int err;

	while ((op = spa_pka_ctx_first(ctx))) {
		if (spa_pka_record_size(op) > room - done)
			return done ?: -EMSGSIZE;
		err = spa_pka_copy_record(op, to + done);
		if (err)
			return done ?: err;
		done += spa_pka_record_size(op);
		spa_pka_ctx_take(ctx, op);
		spa_pka_op_free(op);
	}
	return done;
}

static bool spa_pka_readable(struct spa_pka_ctx *ctx)
{
	return spa_pka_ctx_first(ctx) || spa_pka_gone(ctx->pka);
}

static ssize_t spa_pka_read(struct file *file, char __user *to, size_t room, loff_t *offset)
{
	struct spa_pka_ctx *ctx = file->private_data;
	ssize_t ret;

	for (;;) {
		if (mutex_lock_interruptible(&ctx->reader))
			return -ERESTARTSYS;
		ret = spa_pka_read_records(ctx, to, room);
		mutex_unlock(&ctx->reader);
		if (ret)
			return ret;
		if (spa_pka_gone(ctx->pka))
			return -ENODEV;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(ctx->wait, spa_pka_readable(ctx)))
			return -ERESTARTSYS;
	}
}

static __poll_t spa_pka_fpoll(struct file *file, poll_table *wait)
{
	struct spa_pka_ctx *ctx = file->private_data;
	struct spa_pka *pka = ctx->pka;
	__poll_t mask = 0;

	poll_wait(file, &ctx->wait, wait);
	poll_wait(file, &pka->room, wait);
	if (spa_pka_ctx_first(ctx))
		mask |= EPOLLIN | EPOLLRDNORM;
	spin_lock_bh(&pka->lock);
	if (spa_pka_gone(pka))
		mask |= EPOLLERR | EPOLLHUP;
	else if (!pka->paused && !spa_tags_full(&pka->tags) && READ_ONCE(ctx->held) < SPA_PKA_MAX_INFLIGHT)
		mask |= EPOLLOUT | EPOLLWRNORM;
	spin_unlock_bh(&pka->lock);
	return mask;
}

const struct file_operations spa_pka_fops = {
	.owner = THIS_MODULE,
	.open = spa_pka_open,
	.release = spa_pka_release,
	.unlocked_ioctl = spa_pka_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.read = spa_pka_read,
	.poll = spa_pka_fpoll,
};
