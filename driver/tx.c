// SPDX-License-Identifier: GPL-2.0-only
/* Sending: frames to the card. */
#include <linux/dma-mapping.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/slab.h>
#include <net/tcp.h>

#include "netdev.h"
#include "spa.h"
#include "tx.h"
#include "xfrm.h"

static_assert(SPA_TX_DESCS <= SPA_TX_MAX_DESCS);

int spa_tx_alloc(struct spa_pair *pair)
{
	u32 entries = pair->spa->tx_entries;
	struct spa_queue_shape shape = {
		.id = SPA_QUEUE_TX(pair->index),
		.vector = SPA_VECTOR_PAIR(pair->index),
		.sq_entries = entries,
		.sq_stride = sizeof(struct spa_tx_desc),
		.cq_entries = entries,
		.cq_stride = sizeof(struct spa_completion),
	};
	int err;

	pair->tx_slots = kcalloc(entries, sizeof(*pair->tx_slots), GFP_KERNEL);
	if (!pair->tx_slots)
		return -ENOMEM;
	err = spa_queue_alloc(pair->spa, &pair->tx, &shape);
	if (err) {
		kfree(pair->tx_slots);
		pair->tx_slots = NULL;
	}
	return err;
}

void spa_tx_free(struct spa_pair *pair)
{
	spa_queue_free(&pair->tx);
	kfree(pair->tx_slots);
	pair->tx_slots = NULL;
}

static struct spa_tx_slot *spa_tx_slot(struct spa_pair *pair, u16 index)
{
	return &pair->tx_slots[index & (pair->tx.sq.entries - 1)];
}

static void spa_tx_unmap(struct spa_pair *pair, struct spa_tx_slot *slot)
{
	if (slot->page)
		dma_unmap_page(pair->spa->dev, slot->dma, slot->length, DMA_TO_DEVICE);
	else
		dma_unmap_single(pair->spa->dev, slot->dma, slot->length, DMA_TO_DEVICE);
}

/* Maps one piece into the next slot and descriptor. */
static int spa_tx_piece(struct spa_pair *pair, u16 index, struct sk_buff *skb, const skb_frag_t *frag)
{
	struct spa_tx_desc *desc = spa_ring_entry(&pair->tx.sq, index);
	struct spa_tx_slot *slot = spa_tx_slot(pair, index);
	struct device *dev = pair->spa->dev;

	slot->skb = NULL;
	slot->page = frag;
	slot->length = frag ? skb_frag_size(frag) : skb_headlen(skb);
	slot->dma = frag ? skb_frag_dma_map(dev, frag, 0, slot->length, DMA_TO_DEVICE) :
			   dma_map_single(dev, skb->data, slot->length, DMA_TO_DEVICE);
	if (dma_mapping_error(dev, slot->dma))
		return -ENOMEM;
	memset(desc, 0, sizeof(*desc));
	desc->addr = cpu_to_le64(slot->dma);
	desc->length = cpu_to_le16(slot->length);
	return 0;
}

/* Maps the whole frame behind the tail. Returns the number of descriptors. */
static int spa_tx_map(struct spa_pair *pair, struct sk_buff *skb)
{
	u16 tail = pair->tx.sq.tail;
	int i, err;

	err = spa_tx_piece(pair, tail, skb, NULL);
	if (err)
		return err;
	for (i = 0; i < skb_shinfo(skb)->nr_frags; i++) {
		err = spa_tx_piece(pair, tail + 1 + i, skb, &skb_shinfo(skb)->frags[i]);
		if (!err)
			continue;
		while (i-- >= 0)
			spa_tx_unmap(pair, spa_tx_slot(pair, tail + 1 + i));
		return err;
	}
	return 1 + skb_shinfo(skb)->nr_frags;
}

static void spa_tx_describe(struct spa_pair *pair, struct sk_buff *skb, const struct spa_tx_esp *esp, int descs)
{
	struct spa_tx_desc *first = spa_ring_entry(&pair->tx.sq, pair->tx.sq.tail);
	struct spa_tx_desc *last = spa_ring_entry(&pair->tx.sq, pair->tx.sq.tail + descs - 1);
	struct spa_tx_slot *slot = spa_tx_slot(pair, pair->tx.sq.tail + descs - 1);

	if (esp->used) {
		first->flags |= cpu_to_le16(SPA_TX_ESP);
		first->esp_offset = cpu_to_le16(esp->offset);
		first->sa_index = cpu_to_le32(esp->sa_index);
		first->sa_generation = cpu_to_le32(esp->sa_generation);
		first->seq_hi = cpu_to_le32(esp->seq_hi);
	}
	if (esp->packet)
		first->flags |= cpu_to_le16(SPA_TX_PACKET);
	/* A frame that is to be cut always has its checksums to be made. */
	if (skb->ip_summed == CHECKSUM_PARTIAL) {
		first->csum_start = cpu_to_le16(skb_checksum_start_offset(skb));
		first->csum_offset = skb->csum_offset;
		first->flags |= cpu_to_le16(skb_is_gso(skb) ? SPA_TX_TSO : SPA_TX_CSUM);
	}
	if (skb_is_gso(skb)) {
		first->mss = cpu_to_le16(skb_shinfo(skb)->gso_size);
		first->next_header = esp->next_header;
	}
	last->flags |= cpu_to_le16(SPA_TX_END);
	slot->skb = skb;
	slot->sa_index = esp->used || esp->packet ? esp->sa_index : SPA_SA_NONE;
}

/* Everything that can keep a frame from being sent; the counter that says so, or SPA_XMIT_COUNTERS. */
static enum spa_xmit_counter spa_tx_prepare(struct spa *spa, struct sk_buff *skb, struct spa_tx_esp *esp)
{
	if (READ_ONCE(spa->gone))
		return SPA_COUNT_TX_DOWN;
	if (skb->len > (skb_is_gso(skb) ? SPA_TX_MAX_SUPER : spa->limits.frame))
		return SPA_COUNT_TX_TOO_LONG;
	/* Cut by the card, a frame has its checksums made by it; the stack knows no other way. */
	if (skb_is_gso(skb) && skb->ip_summed != CHECKSUM_PARTIAL)
		return SPA_COUNT_TX_TOO_LONG;
	if (!spa_xfrm_tx(spa, skb, esp))
		return SPA_COUNT_TX_ESP_STALE;
	/* On a card that makes no checksums inside ESP a partial one must not get here. */
	if (esp->used && skb->ip_summed == CHECKSUM_PARTIAL && !(spa->limits.features & SPA_FEATURE_ESP_CSUM) &&
	    skb_checksum_help(skb))
		return SPA_COUNT_TX_MAP_ERRORS;
	return SPA_XMIT_COUNTERS;
}

/* What ESP adds to a segment behind its payload: padding up to a block of 16, two octets, an ICV of up to 32. */
#define SPA_TX_TRAILER_MAX (15 + 2 + 32)
/* And in packet mode before it, by the card: an outer IPv6 header, UDP, the ESP header, an IV of up to 16. */
#define SPA_TX_TUNNEL_MAX (40 + 8 + 8 + 16)

netdev_features_t spa_tx_features_check(struct sk_buff *skb, struct net_device *netdev, netdev_features_t features)
{
	struct spa *spa = netdev_priv(netdev);
	u32 headers;

	features = vlan_features_check(skb, features);
	if (!skb_is_gso(skb))
		return features;
	/* The checksum of a frame that will be cut begins where the innermost header does, ESP around it or not. */
	headers = skb_checksum_start_offset(skb) + sizeof(struct tcphdr) + MAX_TCP_OPTION_SPACE;
	if (spa_xfrm_is_packet(skb))
		headers += SPA_TX_TUNNEL_MAX;
	if (skb->ip_summed != CHECKSUM_PARTIAL ||
	    headers + skb_shinfo(skb)->gso_size + SPA_TX_TRAILER_MAX > spa->limits.frame)
		features &= ~NETIF_F_GSO_MASK;
	return features;
}

static void spa_tx_ring(struct spa_pair *pair)
{
	if (spa_sq_ring(&pair->tx))
		spa_count_xmit(&pair->xmit, SPA_COUNT_TX_DOORBELLS, 1);
}

static void spa_tx_bell(struct spa_pair *pair, struct netdev_queue *txq, u32 length)
{
	if (spa_sq_room(&pair->tx) < SPA_TX_DESCS) {
		netif_tx_stop_queue(txq);
		/* Against spa_tx_poll, which frees first and then looks whether the queue is stopped. */
		smp_mb();
		if (spa_sq_room(&pair->tx) >= SPA_TX_DESCS)
			netif_tx_start_queue(txq);
	}
	if (__netdev_tx_sent_queue(txq, length, netdev_xmit_more()))
		spa_tx_ring(pair);
}

netdev_tx_t spa_tx_xmit(struct sk_buff *skb, struct net_device *netdev)
{
	struct spa *spa = netdev_priv(netdev);
	struct spa_pair *pair = &spa->pairs[skb_get_queue_mapping(skb)];
	struct netdev_queue *txq = spa_pair_txq(pair, netdev);
	enum spa_xmit_counter fault;
	struct spa_tx_esp esp;
	u32 length, segments;
	int descs;

	if (spa_sq_room(&pair->tx) < SPA_TX_DESCS) {
		netif_tx_stop_queue(txq);
		return NETDEV_TX_BUSY;
	}
	if (eth_skb_pad(skb))
		goto flush;
	fault = spa_tx_prepare(spa, skb, &esp);
	if (fault != SPA_XMIT_COUNTERS)
		goto drop;
	fault = SPA_COUNT_TX_MAP_ERRORS;
	descs = spa_tx_map(pair, skb);
	if (descs < 0)
		goto drop;

	length = skb->len;
	segments = max_t(u32, skb_shinfo(skb)->gso_segs, 1);
	spa_tx_describe(pair, skb, &esp, descs);
	skb_tx_timestamp(skb);
	pair->tx.sq.tail += descs;
	spa_count_xmit(&pair->xmit, SPA_COUNT_TX_PACKETS, segments);
	if (segments > 1)
		spa_count_xmit(&pair->xmit, SPA_COUNT_TX_TSO, 1);
	spa_count_xmit(&pair->xmit, SPA_COUNT_TX_BYTES, length);
	if (esp.used)
		spa_count_xmit(&pair->xmit, SPA_COUNT_TX_ESP, 1);
	if (esp.packet)
		spa_count_xmit(&pair->xmit, SPA_COUNT_TX_PACKET, 1);
	spa_tx_bell(pair, txq, length);
	return NETDEV_TX_OK;

drop:
	spa_count_xmit(&pair->xmit, fault, 1);
	dev_kfree_skb_any(skb);
flush:
	/* Earlier frames may have been left without a bell because this one was to ring it. */
	if (!netdev_xmit_more())
		spa_tx_ring(pair);
	return NETDEV_TX_OK;
}

/* Frees the descriptors up to and with `last`. */
static void spa_tx_take_back(struct spa_pair *pair, u16 last, int budget, u32 *frames, u32 *octets)
{
	u16 head = pair->tx.sq.head;
	struct spa_tx_slot *slot;

	do {
		slot = spa_tx_slot(pair, head);
		spa_tx_unmap(pair, slot);
		if (slot->skb) {
			++*frames;
			*octets += slot->skb->len;
			napi_consume_skb(slot->skb, budget);
			slot->skb = NULL;
		}
	} while (head++ != last);
	smp_store_release(&pair->tx.sq.head, head);
}

/* A completion names the last descriptor of a frame that is out. */
static bool spa_tx_believable(struct spa_pair *pair, const struct spa_completion *cpl)
{
	u16 index = le16_to_cpu(cpl->index);
	u16 ahead = index - pair->tx.sq.head;

	return ahead < spa_sq_used(&pair->tx) && spa_tx_slot(pair, index)->skb;
}

/* The card did not send it. An SA that it does not know, and that was not deleted meanwhile, it has lost. */
static void spa_tx_refused(struct spa_pair *pair, const struct spa_completion *cpl)
{
	u32 index = spa_tx_slot(pair, le16_to_cpu(cpl->index))->sa_index;

	spa_count_poll(&pair->poll, SPA_COUNT_TX_CARD_ERRORS, 1);
	if (index != SPA_SA_NONE && (cpl->status == SPA_E_NOT_FOUND || cpl->status == SPA_E_STALE ||
				     cpl->status == SPA_E_NO_SA))
		spa_health_suspect(pair->spa, index);
}

void spa_tx_poll(struct spa_pair *pair, int budget)
{
	struct netdev_queue *txq = spa_pair_txq(pair, pair->spa->netdev);
	u32 frames = 0, octets = 0, left = pair->tx.cq.entries;
	struct spa_completion cpl;

	while (left-- && !pair->broken && spa_cq_next(&pair->tx, &cpl)) {
		if (!spa_tx_believable(pair, &cpl)) {
			spa_count_poll(&pair->poll, SPA_COUNT_TX_BAD_INDEX, 1);
			pair->broken = true;
			spa_restart_later(pair->spa, "a transmit completion names no frame that is out");
			break;
		}
		if (cpl.status != SPA_OK)
			spa_tx_refused(pair, &cpl);
		spa_tx_take_back(pair, le16_to_cpu(cpl.index), budget, &frames, &octets);
	}
	netdev_tx_completed_queue(txq, frames, octets);
	/* Against spa_tx_bell, which stops first and then looks for room. */
	smp_mb();
	if (frames && netif_tx_queue_stopped(txq) && spa_sq_room(&pair->tx) >= SPA_TX_DESCS && !pair->broken)
		netif_tx_wake_queue(txq);
}

void spa_tx_drain(struct spa_pair *pair)
{
	u32 frames = 0, octets = 0;

	if (spa_sq_used(&pair->tx))
		spa_tx_take_back(pair, pair->tx.sq.tail - 1, 0, &frames, &octets);
	netdev_tx_reset_queue(spa_pair_txq(pair, pair->spa->netdev));
}
