// SPDX-License-Identifier: GPL-2.0-only
/* Compiles where policies can be offloaded: packet mode. */
#include <linux/netdevice.h>
#include <net/xfrm.h>

int spa_try(struct xfrm_policy *xp, struct netlink_ext_ack *extack);

int spa_try(struct xfrm_policy *xp, struct netlink_ext_ack *extack)
{
	const struct xfrmdev_ops *ops = xp->xdo.real_dev->xfrmdev_ops;

	return ops->xdo_dev_policy_add(xp, extack);
}
