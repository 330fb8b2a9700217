/* SPDX-License-Identifier: GPL-2.0-only */
/* Sending: frames to the card. */
#ifndef SPA_DRIVER_TX_H
#define SPA_DRIVER_TX_H

#include "pair.h"

int spa_tx_alloc(struct spa_pair *pair);
void spa_tx_free(struct spa_pair *pair);
/* With the queue stopped: gives up all frames that are still out. */
void spa_tx_drain(struct spa_pair *pair);
netdev_tx_t spa_tx_xmit(struct sk_buff *skb, struct net_device *netdev);
/* Takes back what the card has sent. */
void spa_tx_poll(struct spa_pair *pair, int budget);

#endif
