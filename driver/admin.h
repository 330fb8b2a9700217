/* SPDX-License-Identifier: GPL-2.0-only */
/* The admin queue: commands to the card, from any context, in order, answered later. */
#ifndef SPA_DRIVER_ADMIN_H
#define SPA_DRIVER_ADMIN_H

#include <linux/list.h>
#include <linux/spinlock.h>

#include <spa/hw.h>

#include "ring.h"
#include "tags.h"

struct dma_pool;
struct spa;
struct spa_cmd;

/* err: 0, the card's refusal as errno, or -ENODEV. Runs in process context or with bottom halves off; must not sleep. */
typedef void (*spa_cmd_done)(struct spa *spa, struct spa_cmd *cmd, int err);

struct spa_cmd {
	struct list_head list;
	struct spa_admin_cmd desc; /* all but the tag, which is given when the command is posted */
	spa_cmd_done done;
};

struct spa_admin {
	struct spa_queue q;
	spinlock_t lock;
	struct spa_tags tags;
	struct list_head waiting; /* the ring was full */
	struct dma_pool *buffers;
	bool stopped;
};

int spa_admin_start(struct spa *spa);
/* Answers every command that is out with -ENODEV; later ones get that at once. */
void spa_admin_stop(struct spa *spa);
void spa_admin_free(struct spa *spa);

/* Never fails and never sleeps: the command's memory belongs to the queue until `done`. */
void spa_admin_submit(struct spa *spa, struct spa_cmd *cmd);

/*
 * One command and its answer, with at most SPA_ADMIN_DATA octets to or from the card. Sleeps.
 * -ETIMEDOUT: the card has not answered; it may still do the work, after which nobody looks.
 */
#define SPA_ADMIN_DATA 512
struct spa_exec_data {
	const void *in;
	void *out;
	u32 length;
};
int spa_admin_exec(struct spa *spa, const struct spa_admin_cmd *desc, const struct spa_exec_data *data);

/* Takes the answers that are there; from the event interrupt's thread. */
void spa_admin_poll(struct spa *spa);

#endif
