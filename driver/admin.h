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

/* err: 0, the card's refusal as errno, -ENODEV, or -ECANCELED by a reset. Runs in process context or with bottom halves off; must not sleep. */
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
	int stopped_by; /* what commands are answered with while stopped */
};

int spa_admin_start(struct spa *spa);
/* Answers every command that is out with `err`; later ones get that at once, until the queue is resumed. The card must
 * be off the memory of the commands already. */
void spa_admin_abort(struct spa *spa, int err);
/* On a card that was reset. */
int spa_admin_resume(struct spa *spa);
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

/* SPA_ADMIN_DATA octets for a command of one's own; wiped when they are given back. */
void *spa_admin_buffer(struct spa *spa, dma_addr_t *dma);
void spa_admin_buffer_free(struct spa *spa, void *buf, dma_addr_t dma);

/* Takes the answers that are there; from the event interrupt's thread. */
void spa_admin_poll(struct spa *spa);

#endif
