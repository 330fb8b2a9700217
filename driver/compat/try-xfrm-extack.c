// SPDX-License-Identifier: GPL-2.0-only
/* Compiles where the kernel hands an extended acknowledgement to xdo_dev_state_add. */
#include <linux/netdevice.h>
#include <net/xfrm.h>

int spa_try(struct xfrm_state *x, struct netlink_ext_ack *extack);

int spa_try(struct xfrm_state *x, struct netlink_ext_ack *extack)
{
	const struct xfrmdev_ops *ops = x->xso.real_dev->xfrmdev_ops;

	return ops->xdo_dev_state_add(x, extack);
}
