// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/spaN: the card's public-key operations for user space.
 *
 * The accelerator (spa_pka) outlives the card while files are open: `sem` keeps the card there for whoever reads
 * pka->card. A context (spa_pka_ctx) is one open file and one owner number on the card. It outlives its file while
 * operations are in flight; with the last of them gone the card is told to destroy the owner's keys, and only when
 * it has answered is the owner number free again.
 */
#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <spa/uapi.h>

#include "pka.h"
#include "spa.h"

#define SPA_PKA_ENTRIES 256
#define SPA_PKA_MAX_BATCH 64
/* Also bounds what a context that does not read can make us keep. */
#define SPA_PKA_MAX_INFLIGHT 128
#define SPA_PKA_RECORD_ALIGN 8

struct spa_pka {
	struct kref ref;
	struct rw_semaphore sem;
	struct spa *card; /* NULL once it is gone */
	struct miscdevice misc;
	int id;
	char name[16];
	struct ida owners;

	spinlock_t lock; /* the queue and the tags */
	bool stopped; /* for good */
	bool paused;  /* while the card is reset */
	bool dead;    /* and when it did not come back */
	struct spa_queue q;
	struct spa_tags tags;
	struct list_head contexts; /* open files, under `lock`; woken when the card goes */
	wait_queue_head_t room;    /* for poll: the ring was full */
};

struct spa_pka_ctx {
	refcount_t ref; /* the file, and every operation in flight */
	struct spa_pka *pka;
	struct list_head list;
	u32 owner;
	struct mutex reader;
	spinlock_t lock; /* done, held */
	struct list_head done;
	u32 held; /* submitted and not yet read */
	wait_queue_head_t wait;
	struct spa_cmd release;
};

struct spa_pka_op {
	struct list_head list;
	struct spa_pka_ctx *ctx;
	struct spa_pk_completion_record record; /* tag first, the rest when it is done */
	u32 in_length;
	u32 out_length;
	void *in;
	void *out;
	dma_addr_t in_dma;
	dma_addr_t out_dma;
};

static DEFINE_IDA(spa_pka_ids);

/* ---- Lifetimes ---- */

static void spa_pka_free(struct kref *ref)
{
	struct spa_pka *pka = container_of(ref, struct spa_pka, ref);

	ida_destroy(&pka->owners);
	ida_free(&spa_pka_ids, pka->id);
	kfree(pka);
}

static void spa_pka_op_free(struct spa_pka_op *op)
{
	/* Digests, shared secrets, private keys on their way in. */
	kfree_sensitive(op->in);
	kfree_sensitive(op->out);
	kfree(op);
}

static void spa_pka_ctx_free(struct spa_pka_ctx *ctx)
{
	struct spa_pka_op *op, *next;

	list_for_each_entry_safe(op, next, &ctx->done, list)
		spa_pka_op_free(op);
	ida_free(&ctx->pka->owners, ctx->owner);
	kref_put(&ctx->pka->ref, spa_pka_free);
	kfree(ctx);
}

static void spa_pka_ctx_released(struct spa *spa, struct spa_cmd *cmd, int err)
{
	/* A reset has destroyed them too. */
	if (err && err != -ENODEV && err != -ECANCELED)
		dev_err_ratelimited(spa->dev, "keys of an owner were not destroyed: %d\n", err);
	spa_pka_ctx_free(container_of(cmd, struct spa_pka_ctx, release));
}

/* Puts a reference while `card`, if not NULL, cannot go. */
static void spa_pka_ctx_put(struct spa_pka_ctx *ctx, struct spa *card)
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

static void spa_pka_op_unmap(struct device *dev, struct spa_pka_op *op)
{
	if (op->in)
		dma_unmap_single(dev, op->in_dma, op->in_length, DMA_TO_DEVICE);
	if (op->out)
		dma_unmap_single(dev, op->out_dma, op->out_length, DMA_FROM_DEVICE);
}

/* ---- Submitting ---- */

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

static struct spa_pka_op *spa_pka_op_new(struct spa *spa, struct spa_pka_ctx *ctx, const struct spa_pk_request *r)
{
	struct spa_pka_op *op;
	int err;

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

/* Writes the command behind the tail. False when the ring is full. */
static bool spa_pka_post(struct spa_pka *pka, struct spa_pka_op *op, const struct spa_pk_request *r)
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

static bool spa_pka_hold(struct spa_pka_ctx *ctx)
{
	bool room;

	spin_lock_bh(&ctx->lock);
	room = ctx->held < SPA_PKA_MAX_INFLIGHT;
	if (room)
		ctx->held++;
	spin_unlock_bh(&ctx->lock);
	return room;
}

static void spa_pka_unhold(struct spa_pka_ctx *ctx)
{
	spin_lock_bh(&ctx->lock);
	ctx->held--;
	spin_unlock_bh(&ctx->lock);
}

static int spa_pka_submit_one(struct spa *spa, struct spa_pka_ctx *ctx, const struct spa_pk_request *r)
{
	struct spa_pka_op *op;
	int err;

	err = spa_pka_check(spa, r);
	if (err)
		return err;
	if (!spa_pka_hold(ctx))
		return -EAGAIN;
	op = spa_pka_op_new(spa, ctx, r);
	if (IS_ERR(op)) {
		spa_pka_unhold(ctx);
		return PTR_ERR(op);
	}
	/* Before the card can finish it. */
	refcount_inc(&ctx->ref);
	if (spa_pka_post(ctx->pka, op, r))
		return 0;
	spa_pka_op_unmap(spa->dev, op);
	spa_pka_op_free(op);
	spa_pka_unhold(ctx);
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
	spin_lock_bh(&ctx->pka->lock);
	if (!ctx->pka->stopped && !ctx->pka->paused)
		spa_sq_ring(&ctx->pka->q);
	spin_unlock_bh(&ctx->pka->lock);
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

/* ---- Completions ---- */

static void spa_pka_finish(struct spa *spa, struct spa_pka_op *op, int status)
{
	struct spa_pka_ctx *ctx = op->ctx;

	spa_pka_op_unmap(spa->dev, op);
	op->record.status = status;
	spin_lock_bh(&ctx->lock);
	list_add_tail(&op->list, &ctx->done);
	spin_unlock_bh(&ctx->lock);
	wake_up_interruptible(&ctx->wait);
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

/* ---- The file ---- */

static int spa_pka_open(struct inode *inode, struct file *file)
{
	/* misc_open holds off misc_deregister, so the accelerator is there. */
	struct spa_pka *pka = container_of(file->private_data, struct spa_pka, misc);
	struct spa_pka_ctx *ctx = kzalloc(sizeof(*ctx), GFP_KERNEL);
	int owner;

	if (!ctx)
		return -ENOMEM;
	/* 0 is nobody. */
	owner = ida_alloc_min(&pka->owners, 1, GFP_KERNEL);
	if (owner < 0) {
		kfree(ctx);
		return owner;
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
	file->private_data = ctx;
	return stream_open(inode, file);
}

static int spa_pka_release(struct inode *inode, struct file *file)
{
	struct spa_pka_ctx *ctx = file->private_data;
	struct spa_pka *pka = ctx->pka;

	/* The context may be the last to hold it. */
	kref_get(&pka->ref);
	spin_lock_bh(&pka->lock);
	list_del(&ctx->list);
	spin_unlock_bh(&pka->lock);
	down_read(&pka->sem);
	spa_pka_ctx_put(ctx, pka->card);
	up_read(&pka->sem);
	kref_put(&pka->ref, spa_pka_free);
	return 0;
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

/* The oldest finished operation; the reader's mutex keeps it there. */
static struct spa_pka_op *spa_pka_first_done(struct spa_pka_ctx *ctx)
{
	struct spa_pka_op *op;

	spin_lock_bh(&ctx->lock);
	op = list_first_entry_or_null(&ctx->done, struct spa_pka_op, list);
	spin_unlock_bh(&ctx->lock);
	return op;
}

/* Octets copied; 0 when nothing is finished. */
static ssize_t spa_pka_read_records(struct spa_pka_ctx *ctx, char __user *to, size_t room)
{
	struct spa_pka_op *op;
	size_t done = 0;
	int err;

	while ((op = spa_pka_first_done(ctx))) {
		if (spa_pka_record_size(op) > room - done)
			return done ?: -EMSGSIZE;
		err = spa_pka_copy_record(op, to + done);
		if (err)
			return done ?: err;
		done += spa_pka_record_size(op);
		spin_lock_bh(&ctx->lock);
		list_del(&op->list);
		ctx->held--;
		spin_unlock_bh(&ctx->lock);
		spa_pka_op_free(op);
	}
	return done;
}

static bool spa_pka_gone(const struct spa_pka *pka)
{
	return READ_ONCE(pka->stopped) || READ_ONCE(pka->dead);
}

static bool spa_pka_readable(struct spa_pka_ctx *ctx)
{
	return spa_pka_first_done(ctx) || spa_pka_gone(ctx->pka);
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
	if (spa_pka_first_done(ctx))
		mask |= EPOLLIN | EPOLLRDNORM;
	spin_lock_bh(&pka->lock);
	if (spa_pka_gone(pka))
		mask |= EPOLLERR | EPOLLHUP;
	else if (!pka->paused && !spa_tags_full(&pka->tags) && READ_ONCE(ctx->held) < SPA_PKA_MAX_INFLIGHT)
		mask |= EPOLLOUT | EPOLLWRNORM;
	spin_unlock_bh(&pka->lock);
	return mask;
}

static const struct file_operations spa_pka_fops = {
	.owner = THIS_MODULE,
	.open = spa_pka_open,
	.release = spa_pka_release,
	.unlocked_ioctl = spa_pka_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.read = spa_pka_read,
	.poll = spa_pka_fpoll,
};

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
	kref_put(&pka->ref, spa_pka_free);
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
	kref_put(&pka->ref, spa_pka_free);
}
