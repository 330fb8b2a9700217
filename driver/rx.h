/* SPDX-License-Identifier: GPL-2.0-only */
/* Receiving: empty buffers to the card, frames to the stack. */
#ifndef SPA_DRIVER_RX_H
#define SPA_DRIVER_RX_H

#include "pair.h"

int spa_rx_alloc(struct spa_pair *pair);
void spa_rx_free(struct spa_pair *pair);
/* With the queue running: hands the card its first buffers. -ENOMEM when there is not one. */
int spa_rx_fill(struct spa_pair *pair);
/* With the queue stopped: takes all buffers back. */
void spa_rx_drain(struct spa_pair *pair);
/* Frames handled, at most `budget`; `budget` also when buffers ran out and the poll must come again. */
int spa_rx_poll(struct spa_pair *pair, int budget);

#endif
