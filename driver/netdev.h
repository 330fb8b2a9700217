/* SPDX-License-Identifier: GPL-2.0-only */
/* The network interface: up and down, settings, statistics. */
#ifndef SPA_DRIVER_NETDEV_H
#define SPA_DRIVER_NETDEV_H

#include "counters.h"

struct net_device;
struct spa;

/* Fills in spa->netdev and makes the pairs. Undone by spa_netdev_cleanup. */
int spa_netdev_setup(struct spa *spa, u32 pairs);
void spa_netdev_cleanup(struct spa *spa);

/* Is it an interface of this driver? */
bool spa_netdev_is_card(const struct net_device *netdev);

/* Takes the rings down and up again, soon and not too often. Any context. */
void spa_restart_later(struct spa *spa, const char *why);

struct spa_rings_shape {
	u32 pairs;
	u32 rx_entries; /* powers of two */
	u32 tx_entries;
};

/* Under rtnl: other rings, at once if the interface is up. When that fails, the old ones are back. */
int spa_netdev_reshape(struct spa *spa, const struct spa_rings_shape *shape);
/* Under rtnl: tells the card about rx_coalesce and tx_coalesce. */
void spa_netdev_coalesce(struct spa *spa);

/* Around a reset of the card, under rtnl: the interface is not present in between, but stays up if it was. */
void spa_netdev_pause(struct spa *spa);
int spa_netdev_resume(struct spa *spa);
/* The card comes out of a reset with the address that it was made with. */
int spa_netdev_restore_mac(struct spa *spa);

/* Totals of the pairs. */
u64 spa_netdev_poll_total(struct spa *spa, enum spa_poll_counter which);
u64 spa_netdev_xmit_total(struct spa *spa, enum spa_xmit_counter which);

#endif
