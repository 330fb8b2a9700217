/* SPDX-License-Identifier: GPL-2.0-only */
/* MSI-X: vector 0 serves the admin and event queues, 1 the public keys, each further one a rx/tx pair. */
#ifndef SPA_DRIVER_IRQ_H
#define SPA_DRIVER_IRQ_H

#include <linux/completion.h>
#include <linux/interrupt.h>

struct spa;

#define SPA_VECTOR_EVENT 0
#define SPA_VECTOR_PK 1
#define SPA_VECTOR_PAIR(i) (2 + (i))
#define SPA_PAIRS_MAX 16

struct spa_irqs {
	u32 vectors;
	struct completion test;
	bool ready; /* the queues behind vectors 0 and 1 may be looked at */
	char pair_names[SPA_PAIRS_MAX][IFNAMSIZ + 16];
};

/* What the event vector is for, without its interrupt; process context. */
void spa_irq_poll_event(struct spa *spa);

/* Asks for vectors and says how many pairs they serve. */
int spa_irq_alloc(struct spa *spa, u32 pairs_wanted, u32 *pairs);
void spa_irq_free(struct spa *spa);

int spa_irq_request_event(struct spa *spa);
/* Makes the card raise the event vector and waits for it. */
int spa_irq_test(struct spa *spa);
/* And the vectors of all pairs. */
int spa_irq_test_pairs(struct spa *spa);

int spa_irq_request_pk(struct spa *spa);
int spa_irq_request_pairs(struct spa *spa);
void spa_irq_release_event(struct spa *spa);
void spa_irq_release_pk(struct spa *spa);
void spa_irq_release_pairs(struct spa *spa, u32 count);

#endif
