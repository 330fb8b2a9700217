// SPDX-License-Identifier: GPL-2.0-only
/* Compiles where get_rxfh takes a structure of parameters. */
#include <linux/ethtool.h>

int spa_try(const struct ethtool_ops *ops, struct net_device *netdev, struct ethtool_rxfh_param *rxfh);

int spa_try(const struct ethtool_ops *ops, struct net_device *netdev, struct ethtool_rxfh_param *rxfh)
{
	return ops->get_rxfh(netdev, rxfh);
}
