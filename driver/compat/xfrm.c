// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's xfrmdev_ops over ours: the only place that knows which signature this kernel has. */
#include <linux/netdevice.h>
#include <net/xfrm.h>

#include "../xfrm.h"

/* The state of a key exchange under way has no real_dev, one on a bond has two devices. */
static struct net_device *spa_xdo_dev(const struct xfrm_state *x)
{
	return x->xso.real_dev ?: x->xso.dev;
}

#if defined(SPA_HAVE_XFRM_EXTACK)
static int spa_xdo_state_add(struct xfrm_state *x, struct netlink_ext_ack *extack)
{
	return spa_xfrm_state_add(spa_xdo_dev(x), x, extack);
}
#elif defined(SPA_HAVE_XFRM_PLAIN)
static int spa_xdo_state_add(struct xfrm_state *x)
{
	return spa_xfrm_state_add(spa_xdo_dev(x), x, NULL);
}
#else
#error "xdo_dev_state_add has a form that compat/ does not know"
#endif

static void spa_xdo_state_delete(struct xfrm_state *x)
{
	spa_xfrm_state_delete(spa_xdo_dev(x), x);
}

static bool spa_xdo_offload_ok(struct sk_buff *skb, struct xfrm_state *x)
{
	return spa_xfrm_offload_ok(spa_xdo_dev(x), skb, x);
}

/* The card moves its own window and derives the upper half of the sequence number from it (RFC 4303 A2.2);
 * the kernel wants the operation to be there before it lets an ESN state be offloaded. */
static void spa_xdo_state_advance_esn(struct xfrm_state *x)
{
}

#if defined(SPA_HAVE_XFRM_POLICY)
static void spa_xdo_state_update_stats(struct xfrm_state *x)
{
	spa_xfrm_state_update_stats(spa_xdo_dev(x), x);
}

static int spa_xdo_policy_add(struct xfrm_policy *xp, struct netlink_ext_ack *extack)
{
	return spa_xfrm_policy_add(xp->xdo.dev, xp, extack);
}

static void spa_xdo_policy_delete(struct xfrm_policy *xp)
{
	spa_xfrm_policy_delete(xp->xdo.dev, xp);
}
#endif

static const struct xfrmdev_ops spa_xfrmdev_ops = {
	.xdo_dev_state_add = spa_xdo_state_add,
	.xdo_dev_state_delete = spa_xdo_state_delete,
	/* A state that dies undeleted, and one whose deletion has long been queued: the same call settles both. */
	.xdo_dev_state_free = spa_xdo_state_delete,
	.xdo_dev_offload_ok = spa_xdo_offload_ok,
	.xdo_dev_state_advance_esn = spa_xdo_state_advance_esn,
#if defined(SPA_HAVE_XFRM_POLICY)
	.xdo_dev_state_update_stats = spa_xdo_state_update_stats,
	.xdo_dev_policy_add = spa_xdo_policy_add,
	.xdo_dev_policy_delete = spa_xdo_policy_delete,
	.xdo_dev_policy_free = spa_xdo_policy_delete,
#endif
};

void spa_xfrm_set_ops(struct net_device *netdev)
{
	netdev->xfrmdev_ops = &spa_xfrmdev_ops;
}
