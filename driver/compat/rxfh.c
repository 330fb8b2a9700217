// SPDX-License-Identifier: GPL-2.0-only
/* ethtool's get_rxfh and set_rxfh, in the form that this kernel has. */
#include <linux/netdevice.h>

#include "../rss.h"
#include "rxfh.h"

#if defined(SPA_HAVE_RXFH_PARAM)
int spa_get_rxfh(struct net_device *netdev, struct ethtool_rxfh_param *rxfh)
{
	rxfh->hfunc = ETH_RSS_HASH_TOP;
	spa_rss_get(netdev, rxfh->indir, rxfh->key);
	return 0;
}

int spa_set_rxfh(struct net_device *netdev, struct ethtool_rxfh_param *rxfh, struct netlink_ext_ack *extack)
{
	if (rxfh->hfunc != ETH_RSS_HASH_NO_CHANGE && rxfh->hfunc != ETH_RSS_HASH_TOP)
		return -EOPNOTSUPP;
	return spa_rss_set(netdev, rxfh->indir, rxfh->key);
}
#else
int spa_get_rxfh(struct net_device *netdev, u32 *table, u8 *key, u8 *function)
{
	if (function)
		*function = ETH_RSS_HASH_TOP;
	spa_rss_get(netdev, table, key);
	return 0;
}

int spa_set_rxfh(struct net_device *netdev, const u32 *table, const u8 *key, const u8 function)
{
	if (function != ETH_RSS_HASH_NO_CHANGE && function != ETH_RSS_HASH_TOP)
		return -EOPNOTSUPP;
	return spa_rss_set(netdev, table, key);
}
#endif
