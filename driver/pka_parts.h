/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files behind /dev/spaN share.
 *
 * The accelerator (spa_pka) outlives the card while files are open: `sem` keeps the card there for whoever reads
 * pka->card. A context (spa_pka_ctx) is one open file and one owner number on the card. It outlives its file while
 * operations are in flight; with the last of them gone the card is told to destroy the owner's keys, and only when
 * it has answered is the owner number free again.
 */
#ifndef SPA_DRIVER_PKA_PARTS_H
#define SPA_DRIVER_PKA_PARTS_H

#include <linux/idr.h>
#include <linux/kref.h>
#include <linux/miscdevice.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include <spa/uapi.h>

#include "admin.h"
#include "ring.h"
#include "tags.h"

struct file_operations;
struct spa;

#define SPA_PKA_MAX_BATCH 64
/* Also bounds what a context that does not read can make us keep. */
#define SPA_PKA_MAX_INFLIGHT 128

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

/* ---- pka.c: the accelerator and its queue ---- */

void spa_pka_put(struct spa_pka *pka);
/* It takes no requests any more, for now or for good. */
bool spa_pka_gone(const struct spa_pka *pka);
/* Writes the command behind the tail. False when the ring is full, or the card is away. */
bool spa_pka_post(struct spa_pka *pka, struct spa_pka_op *op, const struct spa_pk_request *r);
/* Tells the card of all that was posted. */
void spa_pka_ring(struct spa_pka *pka);

/* ---- pka_context.c ---- */

/* Holds the accelerator and is in its list; ERR_PTR when there is no memory. */
struct spa_pka_ctx *spa_pka_ctx_new(struct spa_pka *pka);
/* Out of the list, and without the reference of its file. */
void spa_pka_ctx_close(struct spa_pka_ctx *ctx);
/* Puts a reference while `card`, if not NULL, cannot go. */
void spa_pka_ctx_put(struct spa_pka_ctx *ctx, struct spa *card);
/* A place for one more operation, until it is given back or read; false when there are SPA_PKA_MAX_INFLIGHT. */
bool spa_pka_ctx_hold(struct spa_pka_ctx *ctx);
void spa_pka_ctx_unhold(struct spa_pka_ctx *ctx);
/* For the reader, who wakes up. */
void spa_pka_ctx_done(struct spa_pka_ctx *ctx, struct spa_pka_op *op);
/* The oldest finished operation, or NULL; the reader's mutex keeps it there. */
struct spa_pka_op *spa_pka_ctx_first(struct spa_pka_ctx *ctx);
/* The reader has it: its place is free again. */
void spa_pka_ctx_take(struct spa_pka_ctx *ctx, struct spa_pka_op *op);

/* ---- pka_op.c ---- */

/* One request with its data, mapped for the card; ERR_PTR with -EINVAL, -EMSGSIZE, -EFAULT or -ENOMEM. */
struct spa_pka_op *spa_pka_op_new(struct spa *spa, struct spa_pka_ctx *ctx, const struct spa_pk_request *r);
/* The card is through with it. */
void spa_pka_op_unmap(struct device *dev, struct spa_pka_op *op);
/* After it was unmapped. */
void spa_pka_op_free(struct spa_pka_op *op);

/* ---- pka_file.c ---- */

extern const struct file_operations spa_pka_fops;

#endif
