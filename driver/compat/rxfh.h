/* SPDX-License-Identifier: GPL-2.0-only */
/* ethtool's get_rxfh and set_rxfh, in the form that this kernel has. */
#ifndef SPA_DRIVER_COMPAT_RXFH_H
#define SPA_DRIVER_COMPAT_RXFH_H

#include <linux/ethtool.h>

#if defined(SPA_HAVE_RXFH_PARAM)
int spa_get_rxfh(struct net_device *netdev, struct ethtool_rxfh_param *rxfh);
int spa_set_rxfh(struct net_device *netdev, struct ethtool_rxfh_param *rxfh, struct netlink_ext_ack *extack);
#elif defined(SPA_HAVE_RXFH_PLAIN)
int spa_get_rxfh(struct net_device *netdev, u32 *table, u8 *key, u8 *function);
int spa_set_rxfh(struct net_device *netdev, const u32 *table, const u8 *key, const u8 function);
#else
#error "get_rxfh has a form that compat/ does not know"
#endif

#endif
