/* SPDX-License-Identifier: GPL-2.0-only */
/* XFRM offload: what the network stack sees of it, and ESP frames in both directions. */
#ifndef SPA_DRIVER_XFRM_H
#define SPA_DRIVER_XFRM_H

#include <linux/net.h>
#include <linux/netdev_features.h>
#include <linux/netlink.h>
#include <linux/types.h>

struct net_device;
struct netlink_ext_ack;
struct sk_buff;
struct spa;
struct spa_completion;
struct spa_pair;
struct xfrm_policy;
struct xfrm_state;

/* -EINVAL, and the reason said: as extended acknowledgement, or where the kernel has none for this, in its log. */
#define spa_refuse(netdev, extack, text)						\
	({										\
		NL_SET_ERR_MSG_MOD(extack, text);					\
		if (!(extack))								\
			net_info_ratelimited("%s: %s\n", netdev_name(netdev), text);	\
		-EINVAL;								\
	})

/* What the card must know to encrypt a frame; `used` is false for a frame that it just sends. */
struct spa_tx_esp {
	bool used;
	bool packet; /* packet mode: the card finds policy and SA itself */
	u16 offset;
	u32 sa_index;
	u32 sa_generation;
	u32 seq_hi;
	u8 next_header; /* of the trailers that the card makes when it cuts the frame */
};

/* Announces the offload; before register_netdev. */
void spa_xfrm_setup(struct spa *spa);

/* The operations of xfrmdev_ops in the form of the newest kernel; sa.h says in which context they run. */
int spa_xfrm_state_add(struct net_device *netdev, struct xfrm_state *x, struct netlink_ext_ack *extack);
void spa_xfrm_state_delete(struct net_device *netdev, struct xfrm_state *x);
void spa_xfrm_state_update_stats(struct net_device *netdev, struct xfrm_state *x);
bool spa_xfrm_offload_ok(struct net_device *netdev, struct sk_buff *skb, struct xfrm_state *x);
int spa_xfrm_policy_add(struct net_device *netdev, struct xfrm_policy *xp, struct netlink_ext_ack *extack);
void spa_xfrm_policy_delete(struct net_device *netdev, struct xfrm_policy *xp);

netdev_features_t spa_xfrm_fix_features(struct net_device *netdev, netdev_features_t features);

/* compat/ */
void spa_xfrm_set_ops(struct net_device *netdev);

/* Will the card's policies decide about this frame? */
bool spa_xfrm_is_packet(const struct sk_buff *skb);

/* False: the frame belongs to an SA that is gone and must be dropped. */
bool spa_xfrm_tx(struct spa *spa, struct sk_buff *skb, struct spa_tx_esp *esp);
bool spa_xfrm_rx(struct spa_pair *pair, struct sk_buff *skb, const struct spa_completion *cpl);
#endif
