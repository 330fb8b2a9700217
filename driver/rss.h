/* SPDX-License-Identifier: GPL-2.0-only */
/* How received flows spread over the pairs. */
#ifndef SPA_DRIVER_RSS_H
#define SPA_DRIVER_RSS_H

#include <linux/types.h>

struct ethtool_rxnfc;
struct net_device;
struct spa;

/* A random key, and every pair its share. Before the interface is there. */
void spa_rss_init(struct spa *spa);
/* Another number of pairs: a table that names one that is not there any more is dealt out anew. */
void spa_rss_fit(struct spa *spa);
/* Tells the card. */
int spa_rss_program(struct spa *spa);

/* Ethtool's operations. What is NULL is not asked for, or stays. */
void spa_rss_get(struct net_device *netdev, u32 *table, u8 *key);
int spa_rss_set(struct net_device *netdev, const u32 *table, const u8 *key);
u32 spa_rss_table_size(struct net_device *netdev);
u32 spa_rss_key_size(struct net_device *netdev);
int spa_rss_get_rxnfc(struct net_device *netdev, struct ethtool_rxnfc *info, u32 *rules);

#endif
