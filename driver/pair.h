/* SPDX-License-Identifier: GPL-2.0-only */
/* A receive and a transmit queue that share a vector and a NAPI context. */
#ifndef SPA_DRIVER_PAIR_H
#define SPA_DRIVER_PAIR_H

#include <linux/netdevice.h>

#include "counters.h"
#include "ring.h"

struct spa;

/* How long an interrupt may wait for company. */
struct spa_coalesce {
	u32 usecs;
	u32 frames;
};

struct spa_rx_slot {
	struct sk_buff *skb;
	dma_addr_t dma;
};

struct spa_tx_slot {
	struct sk_buff *skb; /* in the slot of a frame's last descriptor only */
	dma_addr_t dma;
	u32 length;
	u32 sa_index; /* where skb is: the SA that the frame was sent with, or SPA_SA_NONE */
	bool page; /* mapped with skb_frag_dma_map */
};

struct spa_pair {
	struct spa *spa;
	u32 index;
	struct napi_struct napi;
	struct spa_queue rx;
	struct spa_queue tx;
	struct spa_rx_slot *rx_slots;
	struct spa_tx_slot *tx_slots;
	struct spa_progress rx_progress; /* the watchdog's */
	struct spa_progress tx_progress;
	u16 rx_head;    /* of the completion ring, at the last look */
	u32 rx_dropped; /* frames without a buffer, as the card had counted them at the last look */
	u32 rx_losing;  /* looks at which there were more, and the ring had not moved since the first of them */
	unsigned long irqs; /* for the self-test */
	bool broken; /* a completion made no sense: nothing is believed until the pair is restarted */
	struct spa_poll_counters poll;
	struct spa_xmit_counters xmit;
};

/* The rings' memory. */
int spa_pair_alloc(struct spa_pair *pair);
void spa_pair_free(struct spa_pair *pair);

/* Start fills the receive ring and enables the context; stop gives back what is in the rings. Both may sleep. */
int spa_pair_start(struct spa_pair *pair);
void spa_pair_stop(struct spa_pair *pair);
/* Of a pair that runs: tells the card how long interrupts may wait. */
void spa_pair_coalesce(struct spa_pair *pair);

int spa_pair_poll(struct napi_struct *napi, int budget);

static inline struct netdev_queue *spa_pair_txq(struct spa_pair *pair, struct net_device *netdev)
{
	return netdev_get_tx_queue(netdev, pair->index);
}

#endif
