/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/spaN: the card's public-key operations for user space (<spa/uapi.h>). */
#ifndef SPA_DRIVER_PKA_H
#define SPA_DRIVER_PKA_H

struct spa;
struct spa_pka;

/* Leaves spa->pka NULL, and returns 0, on a card without public-key queues. */
int spa_pka_start(struct spa *spa);
/* Files may stay open; they see -ENODEV from now on. */
void spa_pka_stop(struct spa *spa);

/* Takes the finished operations; from the interrupt's thread. */
void spa_pka_poll(struct spa_pka *pka);

#endif
