// SPDX-License-Identifier: GPL-2.0-only
/* A state of the kernel as the card understands it. */
#include <linux/netdevice.h>
#include <linux/udp.h>
#include <net/xfrm.h>

#include "policy.h"
#include "sa.h"
#include "spa.h"
#include "xfrm.h"

#define SPA_REPLAY_WINDOW_MIN 32

u64 spa_sa_sequence(const struct xfrm_state *x)
{
	bool inbound = x->xso.dir == XFRM_DEV_OFFLOAD_IN;
	const struct xfrm_replay_state_esn *esn = x->replay_esn;

	if (esn)
		return inbound ? (u64)esn->seq_hi << 32 | esn->seq : (u64)esn->oseq_hi << 32 | esn->oseq;
	return inbound ? x->replay.seq : x->replay.oseq;
}

static int spa_sa_set_replay(struct net_device *netdev, const struct xfrm_state *x, struct spa_sa *hw,
			     struct netlink_ext_ack *extack)
{
	u32 window = x->replay_esn ? x->replay_esn->replay_window : x->props.replay_window;

	hw->seq = cpu_to_le64(spa_sa_sequence(x));
	if (x->xso.dir != XFRM_DEV_OFFLOAD_IN || !window)
		return 0;
	if (window > SPA_REPLAY_WINDOW_MAX)
		return spa_refuse(netdev, extack, "The replay window is larger than the card's");
	/* A window of the card that is wider than the kernel's does no harm: the kernel checks with its own. */
	hw->replay_window = cpu_to_le32(max_t(u32, window, SPA_REPLAY_WINDOW_MIN));
	return 0;
}

static int spa_sa_set_encap(struct spa *spa, const struct xfrm_state *x, struct spa_sa *hw,
			    struct netlink_ext_ack *extack)
{
	if (!x->encap)
		return 0;
	if (x->encap->encap_type != UDP_ENCAP_ESPINUDP || x->props.family != AF_INET ||
	    !(spa->limits.features & SPA_FEATURE_UDP_ENCAP))
		return spa_refuse(spa->netdev, extack, "The card encapsulates ESP in UDP over IPv4 only");
	hw->flags |= cpu_to_le32(SPA_SA_UDP_ENCAP);
	hw->encap_sport = x->encap->encap_sport;
	hw->encap_dport = x->encap->encap_dport;
	return 0;
}

static int spa_sa_set_kind(struct spa *spa, const struct xfrm_state *x, struct spa_sa *hw,
			   struct netlink_ext_ack *extack)
{
	u32 flags = 0;

	if (!(spa->netdev->features & NETIF_F_HW_ESP))
		return spa_refuse(spa->netdev, extack, "ESP offload is switched off for this interface");
	if (x->id.proto != IPPROTO_ESP)
		return spa_refuse(spa->netdev, extack, "The card offloads ESP only");
	if (x->xso.type == XFRM_DEV_OFFLOAD_PACKET && !(spa->limits.features & SPA_FEATURE_ESP_PACKET))
		return spa_refuse(spa->netdev, extack, "This card offloads cryptography only, not whole packets");
	if (x->props.mode != XFRM_MODE_TUNNEL && x->props.mode != XFRM_MODE_TRANSPORT)
		return spa_refuse(spa->netdev, extack, "The card knows tunnel and transport mode only");
	if (x->tfcpad)
		return spa_refuse(spa->netdev, extack, "The card does not pad traffic flows");
	if (x->props.flags & XFRM_STATE_ESN) {
		if (!(spa->limits.features & SPA_FEATURE_ESN))
			return spa_refuse(spa->netdev, extack, "This card has no extended sequence numbers");
		flags |= SPA_SA_ESN;
	}
	if (x->props.mode == XFRM_MODE_TUNNEL)
		flags |= SPA_SA_TUNNEL;
	if (x->xso.dir == XFRM_DEV_OFFLOAD_OUT)
		flags |= SPA_SA_OUTBOUND;
	if (x->props.family == AF_INET6)
		flags |= SPA_SA_IPV6;
	hw->flags = cpu_to_le32(flags);
	return 0;
}

/* The kernel means "none" by all ones; 0 it takes for a limit that is reached. */
static __le64 spa_sa_limit(u64 limit)
{
	return cpu_to_le64(limit == XFRM_INF ? 0 : max_t(u64, limit, 1));
}

/* What the card must know to do without the kernel. */
static int spa_sa_set_packet(struct spa *spa, const struct xfrm_state *x, struct spa_sa *hw,
			     struct netlink_ext_ack *extack)
{
	u32 flags = SPA_SA_PACKET;

	if (x->xso.type != XFRM_DEV_OFFLOAD_PACKET)
		return 0;
	if (!x->props.reqid)
		return spa_refuse(spa->netdev, extack, "The card binds SAs to policies by their reqid: it must not be 0");
	if (x->props.extra_flags & XFRM_SA_XFLAG_DONT_ENCAP_DSCP)
		flags |= SPA_SA_DSCP_ZERO;
	if (x->props.flags & XFRM_STATE_NOPMTUDISC)
		flags |= SPA_SA_DF_CLEAR;
	hw->flags |= cpu_to_le32(flags);
	hw->reqid = cpu_to_le32(x->props.reqid);
	hw->soft_bytes = spa_sa_limit(x->lft.soft_byte_limit);
	hw->hard_bytes = spa_sa_limit(x->lft.hard_byte_limit);
	hw->soft_packets = spa_sa_limit(x->lft.soft_packet_limit);
	hw->hard_packets = spa_sa_limit(x->lft.hard_packet_limit);
	spa_selector_set(&hw->selector, &x->sel);
	return 0;
}

int spa_sa_describe(struct spa *spa, const struct xfrm_state *x, struct spa_sa *hw, struct netlink_ext_ack *extack)
{
	size_t address = x->props.family == AF_INET6 ? sizeof(x->id.daddr.a6) : sizeof(x->id.daddr.a4);
	int err;

	err = spa_sa_set_kind(spa, x, hw, extack) ?:
	      spa_sa_set_algorithms(spa->netdev, x, hw, extack) ?:
	      spa_sa_set_replay(spa->netdev, x, hw, extack) ?:
	      spa_sa_set_encap(spa, x, hw, extack) ?:
	      spa_sa_set_packet(spa, x, hw, extack);
	if (err)
		return err;
	hw->spi = x->id.spi;
	memcpy(hw->saddr, &x->props.saddr, address);
	memcpy(hw->daddr, &x->id.daddr, address);
	return 0;
}
