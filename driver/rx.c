// SPDX-License-Identifier: GPL-2.0-only
/* Receiving: empty buffers to the card, frames to the stack. */
#include <linux/dma-mapping.h>
#include <linux/etherdevice.h>
#include <linux/slab.h>

#include "netdev.h"
#include "rx.h"
#include "spa.h"
#include "xfrm.h"

int spa_rx_alloc(struct spa_pair *pair)
{
	u32 entries = pair->spa->rx_entries;
	struct spa_queue_shape shape = {
		.id = SPA_QUEUE_RX(pair->index),
		.vector = SPA_VECTOR_PAIR(pair->index),
		.sq_entries = entries,
		.sq_stride = sizeof(struct spa_rx_desc),
		.cq_entries = entries,
		.cq_stride = sizeof(struct spa_completion),
	};
	int err;

	pair->rx_slots = kcalloc(entries, sizeof(*pair->rx_slots), GFP_KERNEL);
	if (!pair->rx_slots)
		return -ENOMEM;
	err = spa_queue_alloc(pair->spa, &pair->rx, &shape);
	if (err) {
		kfree(pair->rx_slots);
		pair->rx_slots = NULL;
	}
	return err;
}

void spa_rx_free(struct spa_pair *pair)
{
	spa_queue_free(&pair->rx);
	kfree(pair->rx_slots);
	pair->rx_slots = NULL;
}

static struct spa_rx_slot *spa_rx_slot(struct spa_pair *pair, u16 index)
{
	return &pair->rx_slots[index & (pair->rx.sq.entries - 1)];
}

/* Gives the buffer of a slot, which is mapped for the device, to the card. */
static void spa_rx_post(struct spa_pair *pair, const struct spa_rx_slot *buffer)
{
	u16 tail = pair->rx.sq.tail;
	struct spa_rx_desc *desc = spa_ring_entry(&pair->rx.sq, tail);

	*spa_rx_slot(pair, tail) = *buffer;
	desc->addr = cpu_to_le64(buffer->dma);
	desc->length = cpu_to_le32(pair->spa->rx_buffer);
	desc->reserved = 0;
	pair->rx.sq.tail++;
}

static bool spa_rx_new_buffer(struct spa_pair *pair, struct spa_rx_slot *buffer)
{
	struct spa *spa = pair->spa;

	buffer->skb = netdev_alloc_skb_ip_align(spa->netdev, spa->rx_buffer);
	if (!buffer->skb)
		goto none;
	buffer->dma = dma_map_single(spa->dev, buffer->skb->data, spa->rx_buffer, DMA_FROM_DEVICE);
	if (!dma_mapping_error(spa->dev, buffer->dma))
		return true;
	dev_kfree_skb_any(buffer->skb);
none:
	spa_count_poll(&pair->poll, SPA_COUNT_RX_NO_MEMORY, 1);
	return false;
}

static void spa_rx_refill(struct spa_pair *pair)
{
	u16 before = pair->rx.sq.tail;
	struct spa_rx_slot buffer;

	while (spa_sq_room(&pair->rx) && spa_rx_new_buffer(pair, &buffer))
		spa_rx_post(pair, &buffer);
	if (pair->rx.sq.tail != before && spa_sq_ring(&pair->rx))
		spa_count_poll(&pair->poll, SPA_COUNT_RX_DOORBELLS, 1);
}

int spa_rx_fill(struct spa_pair *pair)
{
	spa_rx_refill(pair);
	return spa_sq_used(&pair->rx) ? 0 : -ENOMEM;
}

void spa_rx_drain(struct spa_pair *pair)
{
	struct spa_rx_slot *slot;

	for (; spa_sq_used(&pair->rx); pair->rx.sq.head++) {
		slot = spa_rx_slot(pair, pair->rx.sq.head);
		dma_unmap_single(pair->spa->dev, slot->dma, pair->spa->rx_buffer, DMA_FROM_DEVICE);
		dev_kfree_skb_any(slot->skb);
	}
}

static void spa_rx_hash(struct sk_buff *skb, u64 tag)
{
	switch (upper_32_bits(tag)) {
	case SPA_HASH_L3:
		skb_set_hash(skb, lower_32_bits(tag), PKT_HASH_TYPE_L3);
		break;
	case SPA_HASH_L4:
		skb_set_hash(skb, lower_32_bits(tag), PKT_HASH_TYPE_L4);
		break;
	}
}

/* The frame is whole and its length believable: to the stack with it. */
static void spa_rx_frame(struct spa_pair *pair, struct sk_buff *skb, const struct spa_completion *cpl)
{
	struct net_device *netdev = pair->spa->netdev;
	u32 length = le32_to_cpu(cpl->length);
	u16 flags = le16_to_cpu(cpl->flags);

	skb_put(skb, length);
	skb->protocol = eth_type_trans(skb, netdev);
	skb_record_rx_queue(skb, pair->index);
	if (flags & (SPA_CPL_ESP | SPA_CPL_DECRYPTED | SPA_CPL_PACKET) && !spa_xfrm_rx(pair, skb, cpl)) {
		dev_kfree_skb_any(skb);
		return;
	}
	/* Of ESP, the checksums inside; cipher text has none that anybody could have verified. */
	if (flags & SPA_CPL_CSUM_OK && netdev->features & NETIF_F_RXCSUM &&
	    (!(flags & SPA_CPL_ESP) || flags & (SPA_CPL_DECRYPTED | SPA_CPL_PACKET)))
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	if (netdev->features & NETIF_F_RXHASH)
		spa_rx_hash(skb, le64_to_cpu(cpl->tag));
	spa_count_poll(&pair->poll, SPA_COUNT_RX_PACKETS, 1);
	spa_count_poll(&pair->poll, SPA_COUNT_RX_BYTES, length);
	napi_gro_receive(&pair->napi, skb);
}

/* What is wrong with a completion as such, whatever the frame holds; SPA_POLL_COUNTERS when nothing is. */
static enum spa_poll_counter spa_rx_fault(struct spa_pair *pair, const struct spa_completion *cpl)
{
	u32 length = le32_to_cpu(cpl->length);

	if (length < ETH_HLEN || length > pair->spa->rx_buffer)
		return SPA_COUNT_RX_BAD_LENGTH;
	/* A failure that is not about ESP leaves nothing in the buffer. */
	if (cpl->status != SPA_OK && !(le16_to_cpu(cpl->flags) & SPA_CPL_ESP))
		return SPA_COUNT_RX_BAD_STATUS;
	return SPA_POLL_COUNTERS;
}

static void spa_rx_complete(struct spa_pair *pair, const struct spa_completion *cpl)
{
	struct spa_rx_slot slot = *spa_rx_slot(pair, pair->rx.sq.head);
	enum spa_poll_counter fault = spa_rx_fault(pair, cpl);

	pair->rx.sq.head++;
	if (fault != SPA_POLL_COUNTERS) {
		spa_count_poll(&pair->poll, fault, 1);
		if (net_ratelimit())
			netdev_warn(pair->spa->netdev, "dropped a frame of %u octets with status %u\n",
				    le32_to_cpu(cpl->length), cpl->status);
		/* The card is through with the buffer; it goes round again, mapped as it is. */
		spa_rx_post(pair, &slot);
		return;
	}
	dma_unmap_single(pair->spa->dev, slot.dma, pair->spa->rx_buffer, DMA_FROM_DEVICE);
	spa_rx_frame(pair, slot.skb, cpl);
}

int spa_rx_poll(struct spa_pair *pair, int budget)
{
	struct spa_completion cpl;
	int done = 0;

	while (done < budget && !pair->broken && spa_cq_next(&pair->rx, &cpl)) {
		done++;
		/* Buffers come back in order. Anything else, and we no longer know whose memory is whose. */
		if (!spa_sq_used(&pair->rx) || le16_to_cpu(cpl.index) != pair->rx.sq.head) {
			spa_count_poll(&pair->poll, SPA_COUNT_RX_BAD_INDEX, 1);
			pair->broken = true;
			spa_restart_later(pair->spa, "a receive completion names the wrong buffer");
			break;
		}
		spa_rx_complete(pair, &cpl);
	}
	if (pair->broken)
		return done;
	spa_rx_refill(pair);
	return spa_sq_used(&pair->rx) ? done : budget;
}
