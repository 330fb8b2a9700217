/* SPDX-License-Identifier: GPL-2.0-only */
/* Sending: frames to the card. */
#ifndef SPA_DRIVER_TX_H
#define SPA_DRIVER_TX_H

#include <linux/log2.h>
#include <linux/skbuff.h>

#include "pair.h"

/* The linear part and every fragment: room for this many descriptors lets any frame in. */
#define SPA_TX_DESCS (MAX_SKB_FRAGS + 1)
/* A ring must hold two such frames, or the queue would stop after each. */
#define SPA_TX_ENTRIES_MIN roundup_pow_of_two(2 * SPA_TX_DESCS)

int spa_tx_alloc(struct spa_pair *pair);
void spa_tx_free(struct spa_pair *pair);
/* With the queue stopped: gives up all frames that are still out. */
void spa_tx_drain(struct spa_pair *pair);
/* What the card cannot do with this frame, the stack does. */
netdev_features_t spa_tx_features_check(struct sk_buff *skb, struct net_device *netdev, netdev_features_t features);
netdev_tx_t spa_tx_xmit(struct sk_buff *skb, struct net_device *netdev);
/* Takes back what the card has sent. */
void spa_tx_poll(struct spa_pair *pair, int budget);

#endif
