// SPDX-License-Identifier: GPL-2.0-only
/* Compiles where xdo_dev_state_add takes the state alone. */
#include <linux/netdevice.h>
#include <net/xfrm.h>

int spa_try(struct xfrm_state *x);

int spa_try(struct xfrm_state *x)
{
	const struct xfrmdev_ops *ops = x->xso.real_dev->xfrmdev_ops;

	return ops->xdo_dev_state_add(x);
}
