// SPDX-License-Identifier: GPL-2.0-only
/* A receive and a transmit queue that share a vector and a NAPI context: made, started, polled, stopped. */
#include <linux/netdevice.h>

#include "pair.h"
#include "rx.h"
#include "spa.h"
#include "tx.h"

static void spa_pair_release(struct spa_queue *q)
{
	if (spa_cq_release(q))
		spa_count(q->spa, SPA_COUNT_CQ_DOORBELLS);
}

static void spa_pair_arm(struct spa_queue *q)
{
	if (spa_cq_arm(q))
		spa_count(q->spa, SPA_COUNT_CQ_DOORBELLS);
}

int spa_pair_poll(struct napi_struct *napi, int budget)
{
	struct spa_pair *pair = container_of(napi, struct spa_pair, napi);
	int done;

	spa_tx_poll(pair, budget);
	done = spa_rx_poll(pair, budget);
	if (done >= budget) {
		spa_pair_release(&pair->rx);
		spa_pair_release(&pair->tx);
		return budget;
	}
	if (pair->broken) {
		napi_complete_done(napi, done);
		return done;
	}
	/*
	 * Armed also for entries that came in the meantime, so none is forgotten. An interrupt may find another processor,
	 * which polls as soon as the context is given up: only one queue can be armed after that.
	 */
	spa_pair_arm(&pair->tx);
	if (napi_complete_done(napi, done))
		spa_pair_arm(&pair->rx);
	return done;
}

int spa_pair_alloc(struct spa_pair *pair)
{
	int err = spa_rx_alloc(pair);

	if (err)
		return err;
	err = spa_tx_alloc(pair);
	if (err)
		spa_rx_free(pair);
	return err;
}

void spa_pair_free(struct spa_pair *pair)
{
	spa_tx_free(pair);
	spa_rx_free(pair);
}

void spa_pair_coalesce(struct spa_pair *pair)
{
	struct spa *spa = pair->spa;

	spa_queue_coalesce(&pair->rx, spa->rx_coalesce.usecs, spa->rx_coalesce.frames);
	spa_queue_coalesce(&pair->tx, spa->tx_coalesce.usecs, spa->tx_coalesce.frames);
}

int spa_pair_start(struct spa_pair *pair)
{
	int err;

	pair->broken = false;
	err = spa_queue_start(&pair->rx);
	if (err)
		return err;
	err = spa_queue_start(&pair->tx);
	if (err)
		goto err_rx;
	err = spa_rx_fill(pair);
	if (err)
		goto err_tx;
	spa_pair_coalesce(pair);
	napi_enable(&pair->napi);
	/* The first poll arms the interrupts. */
	local_bh_disable();
	napi_schedule(&pair->napi);
	local_bh_enable();
	return 0;

err_tx:
	spa_queue_stop(&pair->tx);
err_rx:
	spa_queue_stop(&pair->rx);
	spa_rx_drain(pair);
	return err;
}

void spa_pair_stop(struct spa_pair *pair)
{
	struct netdev_queue *txq = spa_pair_txq(pair, pair->spa->netdev);

	napi_disable(&pair->napi);
	/* The last poll may have woken the queue that our caller has stopped; nothing may come into the ring any more. */
	__netif_tx_lock_bh(txq);
	netif_tx_stop_queue(txq);
	__netif_tx_unlock_bh(txq);
	spa_queue_stop(&pair->tx);
	spa_queue_stop(&pair->rx);
	spa_tx_drain(pair);
	spa_rx_drain(pair);
}
