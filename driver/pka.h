/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/spaN: the card's public-key operations for user space (<spa/uapi.h>). */
#ifndef SPA_DRIVER_PKA_H
#define SPA_DRIVER_PKA_H

#include <linux/types.h>

struct spa;
struct spa_pka;

/* Leaves spa->pka NULL, and returns 0, on a card without public-key queues. */
int spa_pka_start(struct spa *spa);
/* Files may stay open; they see -ENODEV from now on. */
void spa_pka_stop(struct spa *spa);

/* Around a reset of the card: what is in flight ends with -ECANCELED, new requests get -EAGAIN, files stay open. */
void spa_pka_pause(struct spa *spa);
int spa_pka_resume(struct spa *spa);
/* The card does not come back: files see -ENODEV, until it is resumed after all. */
void spa_pka_give_up(struct spa *spa);

/* For the watchdog: are operations in flight, and how far has the queue come? */
bool spa_pka_busy(struct spa *spa, u16 *head);
/* Polls when a completion lies there; true when one did. Process context. */
bool spa_pka_catch_up(struct spa *spa);

/* Takes the finished operations; from the interrupt's thread. */
void spa_pka_poll(struct spa_pka *pka);

#endif
