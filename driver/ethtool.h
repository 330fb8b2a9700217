/* SPDX-License-Identifier: GPL-2.0-only */
/* ethtool: what it shows (-i, -S, link and speed), tests (-t) and sets (-G, -L, -C, -X). */
#ifndef SPA_DRIVER_ETHTOOL_H
#define SPA_DRIVER_ETHTOOL_H

struct net_device;

void spa_ethtool_set_ops(struct net_device *netdev);

#endif
