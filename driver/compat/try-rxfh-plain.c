// SPDX-License-Identifier: GPL-2.0-only
/* Compiles where get_rxfh takes table, key and function. */
#include <linux/ethtool.h>

int spa_try(const struct ethtool_ops *ops, struct net_device *netdev, u32 *table, u8 *key, u8 *function);

int spa_try(const struct ethtool_ops *ops, struct net_device *netdev, u32 *table, u8 *key, u8 *function)
{
	return ops->get_rxfh(netdev, table, key, function);
}
