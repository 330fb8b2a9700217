// SPDX-License-Identifier: GPL-2.0-only
/* XFRM offload: what the network stack sees of it, and ESP frames in both directions. */
#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/udp.h>
#include <net/dst.h>
#include <net/esp.h>
#include <net/neighbour.h>
#include <net/xfrm.h>

#include "compat/xfrm.h"
#include "policy.h"
#include "sa.h"
#include "spa.h"
#include "xfrm.h"

/* ---- States ---- */

int spa_xfrm_state_add(struct net_device *netdev, struct xfrm_state *x, struct netlink_ext_ack *extack)
{
	struct spa *spa = netdev_priv(netdev);
	int err;

	if (spa_xfrm_is_acquire(x))
		return 0;
	err = spa_sa_add(spa, x, extack);
	spa_count(spa, err ? SPA_COUNT_SA_REFUSED : SPA_COUNT_SA_ADDED);
	/* -EOPNOTSUPP would make the kernel carry on in software without a word. */
	return err == -EOPNOTSUPP ? -EINVAL : err;
}

void spa_xfrm_state_delete(struct net_device *netdev, struct xfrm_state *x)
{
	spa_sa_delete(netdev_priv(netdev), x);
}

void spa_xfrm_state_update_stats(struct net_device *netdev, struct xfrm_state *x)
{
	spa_sa_update_stats(netdev_priv(netdev), x);
}

int spa_xfrm_policy_add(struct net_device *netdev, struct xfrm_policy *xp, struct netlink_ext_ack *extack)
{
	int err = spa_policy_add(netdev_priv(netdev), xp, extack);

	return err == -EOPNOTSUPP ? -EINVAL : err;
}

void spa_xfrm_policy_delete(struct net_device *netdev, struct xfrm_policy *xp)
{
	spa_policy_delete(netdev_priv(netdev), xp);
}

/*
 * In packet mode the kernel forgets the state before the frame comes to us, but its next hop depends on it. The
 * frame's sec_path remembers: no entry of `ovec` is made for it, so that nobody takes it for crypto mode.
 */
static bool spa_xfrm_remember(struct sk_buff *skb, struct xfrm_state *x)
{
	struct sec_path *sp = secpath_set(skb);

	if (!sp || sp->len == XFRM_MAX_DEPTH)
		return false;
	xfrm_state_hold(x);
	sp->xvec[sp->len++] = x;
	sp->olen = 0;
	return true;
}

bool spa_xfrm_offload_ok(struct net_device *netdev, struct sk_buff *skb, struct xfrm_state *x)
{
	struct spa *spa = netdev_priv(netdev);
	bool there;

	rcu_read_lock();
	there = spa_sa_of_state(spa, x);
	rcu_read_unlock();
	if (there && x->xso.type == XFRM_DEV_OFFLOAD_PACKET)
		return spa_xfrm_remember(skb, x);
	return there;
}

/* ---- Packets ---- */

/*
 * Writes the Ethernet header of a frame that the card will put into a tunnel. The kernel addresses it to the next hop
 * of the inner destination, or leaves whatever was in memory there; it must go to the next hop of the tunnel's end.
 */
static bool spa_xfrm_address(struct sk_buff *skb, const struct xfrm_state *x)
{
	struct dst_entry *dst = skb_dst(skb);
	struct neighbour *neigh;
	struct ethhdr *eth;
	bool known;

	if (!dst || skb_cow_head(skb, 0))
		return false;
	neigh = dst_neigh_lookup(dst, &x->id.daddr);
	if (!neigh)
		return false;
	skb_reset_mac_header(skb);
	eth = eth_hdr(skb);
	/* When it is not known yet the neighbour is asked for, and this frame is lost. */
	known = !neigh_event_send(neigh, NULL);
	if (known) {
		neigh_ha_snapshot(eth->h_dest, neigh, skb->dev);
		ether_addr_copy(eth->h_source, skb->dev->dev_addr);
		eth->h_proto = skb->protocol;
	}
	neigh_release(neigh);
	return known;
}

/* A frame that the kernel gave to a state in packet mode, or none of ours. False: it must be dropped. */
static bool spa_xfrm_tx_packet(struct spa *spa, struct sk_buff *skb, struct spa_tx_esp *esp)
{
	struct spa_sa_entry *entry;
	struct xfrm_state *x;
	u32 numbers;

	if (!spa_xfrm_is_packet(skb))
		return true;
	x = xfrm_input_state(skb);
	if (x->props.mode == XFRM_MODE_TUNNEL && !spa_xfrm_address(skb, x))
		return false;
	rcu_read_lock();
	entry = spa_sa_of_state(spa, x);
	if (entry) {
		/* Before the card can use the numbers. A sender may leave gso_segs to be counted by others. */
		numbers = skb_is_gso(skb) ? DIV_ROUND_UP(skb->len, skb_shinfo(skb)->gso_size) : 1;
		atomic64_add(numbers, &entry->given);
		esp->sa_index = entry->index;
		esp->packet = true;
	}
	rcu_read_unlock();
	return esp->packet;
}

bool spa_xfrm_is_packet(const struct sk_buff *skb)
{
	const struct sec_path *sp = skb_sec_path(skb);
	const struct xfrm_state *x;

	if (!sp || !sp->len || sp->olen)
		return false;
	x = sp->xvec[sp->len - 1];
	return x->xso.type == XFRM_DEV_OFFLOAD_PACKET && x->xso.dir == XFRM_DEV_OFFLOAD_OUT;
}

bool spa_xfrm_tx(struct spa *spa, struct sk_buff *skb, struct spa_tx_esp *esp)
{
	struct xfrm_offload *xo = xfrm_offload(skb);
	struct spa_sa_entry *entry;
	struct xfrm_state *x;
	u32 offset;

	esp->used = false;
	esp->packet = false;
	if (!xo || !(xo->flags & XFRM_XMIT))
		return spa_xfrm_tx_packet(spa, skb, esp);

	x = xfrm_input_state(skb);
	offset = skb_transport_offset(skb) + (x->encap ? sizeof(struct udphdr) : 0);
	if (offset + sizeof(struct ip_esp_hdr) > skb_headlen(skb))
		return false;
	esp->next_header = xo->proto;
	esp->seq_hi = xo->seq.hi;
	/* After the segment with the last number of an epoch the kernel has already counted the epoch up. */
	if (xo->flags & XFRM_GSO_SEGMENT &&
	    ((const struct ip_esp_hdr *)(skb->data + offset))->seq_no == htonl(U32_MAX))
		esp->seq_hi--;
	if (!(x->props.flags & XFRM_STATE_ESN))
		esp->seq_hi = 0;
	esp->offset = offset;

	rcu_read_lock();
	entry = spa_sa_of_state(spa, x);
	if (entry && !entry->inbound) {
		esp->sa_index = entry->index;
		esp->sa_generation = entry->generation;
		esp->used = true;
	}
	rcu_read_unlock();
	return esp->used;
}

/* The state that a completion means, held; NULL when it is gone or was never meant. */
static struct xfrm_state *spa_rx_state(struct spa *spa, const struct spa_completion *cpl)
{
	struct xfrm_state *x = NULL;
	struct spa_sa_entry *entry;

	rcu_read_lock();
	entry = xa_load(&spa->sas, le32_to_cpu(cpl->sa_index));
	if (entry && entry->inbound && entry->generation == le32_to_cpu(cpl->sa_generation) &&
	    refcount_inc_not_zero(&entry->x->refcnt)) {
		x = entry->x;
		if (entry->packet && le16_to_cpu(cpl->flags) & SPA_CPL_PACKET)
			spa_sa_seen(entry, le16_to_cpu(cpl->seq[0]) | (u32)le16_to_cpu(cpl->seq[1]) << 16);
	}
	rcu_read_unlock();
	return x;
}

static enum spa_poll_counter spa_rx_verdict(const struct spa_completion *cpl, bool decrypted, u32 *status)
{
	switch (cpl->status) {
	case SPA_OK:
		*status = CRYPTO_SUCCESS;
		return decrypted ? SPA_COUNT_RX_ESP_OK : SPA_COUNT_RX_ESP_OTHER;
	case SPA_E_REPLAY:
		*status = CRYPTO_SUCCESS;
		return SPA_COUNT_RX_ESP_REPLAY;
	case SPA_E_AUTH:
		*status = CRYPTO_TUNNEL_ESP_AUTH_FAILED;
		return SPA_COUNT_RX_ESP_AUTH;
	case SPA_E_FORMAT:
		*status = CRYPTO_INVALID_PACKET_SYNTAX;
		return SPA_COUNT_RX_ESP_FORMAT;
	default:
		*status = CRYPTO_GENERIC_ERROR;
		return SPA_COUNT_RX_ESP_OTHER;
	}
}

static bool spa_rx_attach(struct sk_buff *skb, struct xfrm_state *x, u32 status)
{
	struct sec_path *sp = secpath_set(skb);
	struct xfrm_offload *xo;

	if (!sp || sp->len == XFRM_MAX_DEPTH) {
		secpath_reset(skb);
		return false;
	}
	/* The hold becomes the sec_path's. */
	sp->xvec[sp->len++] = x;
	sp->olen++;
	xo = xfrm_offload(skb);
	xo->flags = CRYPTO_DONE;
	xo->status = status;
	return true;
}

/* The card has done all: the kernel only learns which state brought the packet, and checks no policy again. */
static bool spa_xfrm_rx_packet(struct spa_pair *pair, struct sk_buff *skb, const struct spa_completion *cpl)
{
	struct xfrm_state *x = cpl->status == SPA_OK ? spa_rx_state(pair->spa, cpl) : NULL;

	if (!x) {
		spa_count_poll(&pair->poll, SPA_COUNT_RX_ESP_STALE, 1);
		return false;
	}
	/* A state of crypto mode has policies that would not be looked at. */
	if (x->xso.type != XFRM_DEV_OFFLOAD_PACKET || !spa_rx_attach(skb, x, CRYPTO_SUCCESS)) {
		spa_count_poll(&pair->poll, SPA_COUNT_RX_BAD_STATUS, 1);
		xfrm_state_put(x);
		return false;
	}
	spa_count_poll(&pair->poll, SPA_COUNT_RX_PACKET_OK, 1);
	return true;
}

bool spa_xfrm_rx(struct spa_pair *pair, struct sk_buff *skb, const struct spa_completion *cpl)
{
	bool decrypted = le16_to_cpu(cpl->flags) & SPA_CPL_DECRYPTED;
	enum spa_poll_counter verdict;
	struct xfrm_state *x;
	u32 status;

	if (le16_to_cpu(cpl->flags) & SPA_CPL_PACKET)
		return spa_xfrm_rx_packet(pair, skb, cpl);
	if (!(le16_to_cpu(cpl->flags) & SPA_CPL_ESP)) {
		spa_count_poll(&pair->poll, SPA_COUNT_RX_BAD_STATUS, 1);
		return false;
	}
	verdict = spa_rx_verdict(cpl, decrypted, &status);
	spa_count_poll(&pair->poll, verdict, 1);
	/* Still cipher text, as it came from the wire: the kernel knows best how to drop a replay, and it can decrypt
	 * what the card left alone. */
	if (!decrypted && status == CRYPTO_SUCCESS)
		return true;

	x = spa_rx_state(pair->spa, cpl);
	if (x && x->xso.type != XFRM_DEV_OFFLOAD_CRYPTO) {
		/* As a frame in packet mode it would pass the policies unseen. */
		xfrm_state_put(x);
		x = NULL;
	}
	if (!x) {
		spa_count_poll(&pair->poll, SPA_COUNT_RX_ESP_STALE, 1);
		/* Plain text of an SA that is gone is nobody's. What failed, fails in software too, and is counted there. */
		return !decrypted;
	}
	if (spa_rx_attach(skb, x, status))
		return true;
	xfrm_state_put(x);
	return !decrypted;
}

/* ---- Making and unmaking ---- */

/* With the feature off the kernel would carry on in software with SAs that the card has already used. */
netdev_features_t spa_xfrm_fix_features(struct net_device *netdev, netdev_features_t features)
{
	struct spa *spa = netdev_priv(netdev);

	if (!(features & NETIF_F_HW_ESP) && !xa_empty(&spa->sas)) {
		netdev_warn(netdev, "ESP offload stays on while there are SAs in the card\n");
		features |= NETIF_F_HW_ESP;
	}
	return features;
}

void spa_xfrm_setup(struct spa *spa)
{
	netdev_features_t esp = NETIF_F_HW_ESP;

	if (!(spa->limits.features & SPA_FEATURE_ESP_CRYPTO) || !spa->limits.sas)
		return;
	spa_xfrm_set_ops(spa->netdev);
	if (spa->limits.features & SPA_FEATURE_ESP_CSUM)
		esp |= NETIF_F_HW_ESP_TX_CSUM;
	if (spa->limits.features & SPA_FEATURE_ESP_TSO)
		esp |= NETIF_F_GSO_ESP;
	spa->netdev->hw_features |= esp;
	/* Packet mode: the route to the tunnel's end is how its next hop is found. */
	if (spa->limits.features & SPA_FEATURE_ESP_PACKET)
		netif_keep_dst(spa->netdev);
	/* Inside a tunnel the card can do what it can do outside. */
	spa->netdev->hw_enc_features |= spa->netdev->hw_features;
}
