/* SPDX-License-Identifier: GPL-2.0-only */
/* One card: everything that the driver keeps about it. */
#ifndef SPA_DRIVER_SPA_H
#define SPA_DRIVER_SPA_H

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/if_ether.h>
#include <linux/idr.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/rwsem.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "admin.h"
#include "counters.h"
#include "events.h"
#include "health.h"
#include "hw.h"
#include "irq.h"
#include "pair.h"
#include "recover.h"
#include "ring.h"

#define SPA_DRIVER_NAME "spa"

struct spa_devlink;
struct spa_pka;

/* The self-test's SA on its way out; one at a time, under rtnl. */
struct spa_sa_trial {
	struct spa_cmd del;
	struct completion over; /* complete while none is on its way */
	int err;
};

struct spa {
	struct pci_dev *pdev;
	struct device *dev;
	void __iomem *bar;
	struct pci_saved_state *config; /* as probe left it: bus addresses, and the vectors in use */
	struct net_device *netdev;
	struct spa_limits limits;
	bool gone; /* pulled, dead or cut off: its registers are not worth reading */

	struct mutex card_lock; /* changes of state, and what goes with them */
	enum spa_state state;
	wait_queue_head_t state_changed;
	bool unwanted; /* being removed: not worth bringing back */
	u32 recoveries;
	u32 recent_recoveries; /* without an order, since recent_since */
	unsigned long recent_since;
	struct spa_watch watch;
	struct spa_devlink *devlink;

	struct spa_irqs irqs;
	struct spa_admin admin;
	void *shadow; /* doorbells, then wakes; NULL without */
	dma_addr_t shadow_dma;
	struct spa_queue events;
	struct mutex events_lock; /* its ring, and events_paused */
	bool events_paused;

	struct spa_pair *pairs;
	u32 nr_pairs;  /* in use */
	u32 max_pairs; /* made, each with its vector */
	u32 rx_entries; /* of each ring */
	u32 tx_entries;
	struct spa_coalesce rx_coalesce;
	struct spa_coalesce tx_coalesce;
	struct spa_rss rss; /* as the card was told, and is told again after a reset */
	u8 serial[ETH_ALEN]; /* the station address that the card was made with */
	u32 rx_buffer; /* octets of a receive buffer, set when the interface goes up */

	struct mutex rings_lock; /* rings_up: the watchdog may look at the rings */
	bool rings_up;
	struct mutex port_lock; /* port_up, and the order of PORT_SET commands */
	bool port_up;
	struct work_struct port_work;
	struct delayed_work restart_work;

	struct rw_semaphore table_sem; /* read: programs the card's tables; write: they are being replayed */
	struct xarray sas; /* SA index -> struct spa_sa_entry, while the kernel knows the state */
	struct ida sa_ids; /* indices that the card may still hold */
	atomic_t sa_generation; /* of policies too */
	struct spa_sa_trial trial;
	struct xarray policies; /* index -> struct spa_policy_entry, while the kernel knows the policy */
	struct ida policy_ids;

	struct spa_pka *pka;

	atomic64_t counters[SPA_CARD_COUNTERS];
};

static inline void spa_count(struct spa *spa, enum spa_card_counter which)
{
	atomic64_inc(&spa->counters[which]);
}

#endif
