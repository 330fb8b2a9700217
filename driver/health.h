/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds out that the card is not well, whatever the way in which it shows, and has it recovered. */
#ifndef SPA_DRIVER_HEALTH_H
#define SPA_DRIVER_HEALTH_H

#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "admin.h"
#include "ring.h"

struct spa;

#define SPA_FAULTS(X)							\
	X(HANG, "its heartbeat stands still")				\
	X(FATAL, "it reports a fatal error")				\
	X(FORGOTTEN, "it has lost its memory")				\
	X(SILENT, "its registers do not answer")			\
	X(ADMIN, "it does not answer commands")				\
	X(STALL, "a queue stands still")				\
	X(GARBAGE, "its completions make no sense")			\
	X(IRQS, "its interrupts do not arrive")

#define SPA_X(name, text) SPA_FAULT_##name,
enum spa_fault { SPA_FAULTS(SPA_X) SPA_NR_FAULTS };
#undef SPA_X

/* Once is an accident, many times within a while are a fault. */
struct spa_tally {
	unsigned long since; /* when the first of them was */
	u32 count;
};

struct spa_watch {
	struct delayed_work watch;
	struct work_struct report;
	spinlock_t lock; /* faults, stopped, nonsense */
	bool stopped;
	unsigned long faults; /* bits: seen and not yet reported */
	bool reported;        /* since the last reset: one report is enough */

	u32 heartbeat;
	u32 beatless; /* looks without a beat */
	u32 mute;     /* looks without a beat or an answer */
	bool answered; /* since the last look */
	struct spa_progress admin;
	struct spa_progress pk;

	struct spa_cmd audit; /* asks the card for one of its SAs, a different one each time */
	bool auditing;
	unsigned long audit_next;
	void *audit_buffer;
	dma_addr_t audit_dma;

	struct spa_tally nonsense; /* under the lock */
	struct spa_tally irqs;     /* looks that found a lost interrupt */
	u64 seen[SPA_NR_FAULTS]; /* for the diagnosis */
	u32 error; /* the ERROR registers at the last fault */
	u32 error_info;
};

int spa_health_init(struct spa *spa);
/* When the card is through with all memory. */
void spa_health_free(struct spa *spa);
void spa_health_start(struct spa *spa);
/* Nothing of it runs afterwards, and nothing comes after. */
void spa_health_stop(struct spa *spa);
/* After a reset: what was noticed before says nothing about the card as it is now. */
void spa_health_reset(struct spa *spa);

/* The card must be recovered. Any context. */
void spa_health_fault(struct spa *spa, enum spa_fault fault);
/* A completion made no sense, so that rings had to be restarted or a command will never be answered. Any context. */
void spa_health_nonsense(struct spa *spa);
/* Something hints that the card has lost this SA: it is asked at once. Any context. */
void spa_health_suspect(struct spa *spa, u32 sa_index);

const char *spa_fault_text(enum spa_fault fault);

#endif
