// SPDX-License-Identifier: GPL-2.0-only
/*
 * XFRM crypto offload: ESP states of the kernel as SAs of the card.
 *
 * An entry lives from state_add until the card has confirmed that the SA is deleted; only then its index is used
 * again. Receive and transmit find entries by index under RCU and believe them only if generation or state agree.
 */
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/udp.h>
#include <net/esp.h>
#include <net/xfrm.h>

#include "spa.h"
#include "xfrm.h"

#define SPA_GCM_SALT 4
#define SPA_GCM_ICV_BITS 128
#define SPA_REPLAY_WINDOW_MIN 32

struct spa_sa_entry {
	struct xfrm_state *x;
	u32 index;
	u32 generation;
	bool inbound;
	/* What the card was told. It outlasts a reset of the card. */
	struct spa_sa hw;
	/* Made with the entry, so that deleting needs no memory. */
	struct spa_cmd del;
	struct rcu_head rcu;
};

#define spa_refuse(netdev, extack, text)						\
	({										\
		NL_SET_ERR_MSG_MOD(extack, text);					\
		if (!(extack))								\
			net_info_ratelimited("%s: %s\n", netdev_name(netdev), text);	\
		-EINVAL;								\
	})

/* ---- A state as the card understands it ---- */

static int spa_sa_set_aead(struct net_device *netdev, const struct xfrm_state *x, struct spa_sa *hw,
			   struct netlink_ext_ack *extack)
{
	const struct xfrm_algo_aead *aead = x->aead;
	u32 octets = aead->alg_key_len / 8;

	if (strcmp(aead->alg_name, "rfc4106(gcm(aes))"))
		return spa_refuse(netdev, extack, "The only combined-mode cipher of the card is rfc4106(gcm(aes))");
	if (aead->alg_icv_len != SPA_GCM_ICV_BITS)
		return spa_refuse(netdev, extack, "The card does AES-GCM with an ICV of 128 bits only");
	if (octets != 16 + SPA_GCM_SALT && octets != 24 + SPA_GCM_SALT && octets != 32 + SPA_GCM_SALT)
		return spa_refuse(netdev, extack, "AES-GCM takes a key of 128, 192 or 256 bits and a salt of 32");

	hw->cipher = cpu_to_le16(SPA_CIPHER_AES_GCM_16);
	hw->auth = cpu_to_le16(SPA_AUTH_NONE);
	hw->key_len = octets - SPA_GCM_SALT;
	hw->salt_len = SPA_GCM_SALT;
	hw->icv_len = SPA_GCM_ICV_BITS / 8;
	memcpy(hw->key, aead->alg_key, hw->key_len);
	memcpy(hw->salt, aead->alg_key + hw->key_len, SPA_GCM_SALT);
	return 0;
}

static int spa_sa_set_auth(struct net_device *netdev, const struct xfrm_algo_auth *auth, struct spa_sa *hw,
			   struct netlink_ext_ack *extack)
{
	static const struct {
		const char *name;
		u16 auth;
		u16 key_bits;
		u16 icv_bits;
	} known[] = {
		{ "hmac(sha1)", SPA_AUTH_HMAC_SHA1_96, 160, 96 },
		{ "hmac(sha256)", SPA_AUTH_HMAC_SHA2_256_128, 256, 128 },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		if (strcmp(auth->alg_name, known[i].name))
			continue;
		if (auth->alg_key_len != known[i].key_bits || auth->alg_trunc_len != known[i].icv_bits)
			return spa_refuse(netdev, extack, "The card has not this key or ICV length of the HMAC");
		hw->auth = cpu_to_le16(known[i].auth);
		hw->auth_key_len = known[i].key_bits / 8;
		hw->icv_len = known[i].icv_bits / 8;
		memcpy(hw->auth_key, auth->alg_key, hw->auth_key_len);
		return 0;
	}
	return spa_refuse(netdev, extack, "The card has hmac(sha1) and hmac(sha256) only");
}

static int spa_sa_set_cipher(struct net_device *netdev, const struct xfrm_algo *cipher, struct spa_sa *hw,
			     struct netlink_ext_ack *extack)
{
	u32 octets = cipher->alg_key_len / 8;

	if (strcmp(cipher->alg_name, "cbc(aes)"))
		return spa_refuse(netdev, extack, "The card has cbc(aes) only beside AES-GCM");
	if (octets != 16 && octets != 24 && octets != 32)
		return spa_refuse(netdev, extack, "AES-CBC takes a key of 128, 192 or 256 bits");
	hw->cipher = cpu_to_le16(SPA_CIPHER_AES_CBC);
	hw->key_len = octets;
	memcpy(hw->key, cipher->alg_key, octets);
	return 0;
}

static int spa_sa_set_algorithms(struct net_device *netdev, const struct xfrm_state *x, struct spa_sa *hw,
				 struct netlink_ext_ack *extack)
{
	if (x->aead)
		return spa_sa_set_aead(netdev, x, hw, extack);
	if (!x->ealg || !x->aalg)
		return spa_refuse(netdev, extack, "The card wants a cipher and an HMAC, or AES-GCM");
	return spa_sa_set_cipher(netdev, x->ealg, hw, extack) ?: spa_sa_set_auth(netdev, x->aalg, hw, extack);
}

static int spa_sa_set_replay(struct net_device *netdev, const struct xfrm_state *x, struct spa_sa *hw,
			     struct netlink_ext_ack *extack)
{
	bool inbound = x->xso.dir == XFRM_DEV_OFFLOAD_IN;
	const struct xfrm_replay_state_esn *esn = x->replay_esn;
	u32 window = esn ? esn->replay_window : x->props.replay_window;
	u64 seq;

	if (esn)
		seq = inbound ? (u64)esn->seq_hi << 32 | esn->seq : (u64)esn->oseq_hi << 32 | esn->oseq;
	else
		seq = inbound ? x->replay.seq : x->replay.oseq;
	hw->seq = cpu_to_le64(seq);
	if (!inbound || !window)
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
	if (x->xso.type != XFRM_DEV_OFFLOAD_CRYPTO)
		return spa_refuse(spa->netdev, extack, "The card offloads cryptography only, not whole packets");
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

static int spa_sa_describe(struct spa *spa, const struct xfrm_state *x, struct spa_sa *hw,
			   struct netlink_ext_ack *extack)
{
	size_t address = x->props.family == AF_INET6 ? sizeof(x->id.daddr.a6) : sizeof(x->id.daddr.a4);
	int err;

	err = spa_sa_set_kind(spa, x, hw, extack) ?:
	      spa_sa_set_algorithms(spa->netdev, x, hw, extack) ?:
	      spa_sa_set_replay(spa->netdev, x, hw, extack) ?:
	      spa_sa_set_encap(spa, x, hw, extack);
	if (err)
		return err;
	hw->spi = x->id.spi;
	memcpy(hw->saddr, &x->props.saddr, address);
	memcpy(hw->daddr, &x->id.daddr, address);
	return 0;
}

/* ---- Entries ---- */

static void spa_sa_free(struct spa *spa, struct spa_sa_entry *entry)
{
	ida_free(&spa->sa_ids, entry->index);
	memzero_explicit(&entry->hw, sizeof(entry->hw));
	kfree_rcu(entry, rcu);
}

static void spa_sa_deleted(struct spa *spa, struct spa_cmd *cmd, int err)
{
	struct spa_sa_entry *entry = container_of(cmd, struct spa_sa_entry, del);

	/* The card may not have it: an addition that failed after all, or a reset in between. */
	if (err && err != -ENOENT && err != -ESTALE && err != -ENODEV)
		dev_err_ratelimited(spa->dev, "SA %u was not deleted: %d\n", entry->index, err);
	if (!err)
		spa_count(spa, SPA_COUNT_SA_DELETED);
	spa_sa_free(spa, entry);
}

static struct spa_sa_entry *spa_sa_new(struct spa *spa, struct xfrm_state *x)
{
	struct spa_sa_entry *entry = kzalloc(sizeof(*entry), GFP_KERNEL);
	int index;

	if (!entry)
		return NULL;
	index = ida_alloc_max(&spa->sa_ids, spa->limits.sas - 1, GFP_KERNEL);
	if (index < 0) {
		kfree(entry);
		return NULL;
	}
	entry->x = x;
	entry->index = index;
	entry->generation = atomic_inc_return(&spa->sa_generation);
	entry->inbound = x->xso.dir == XFRM_DEV_OFFLOAD_IN;
	entry->hw.generation = cpu_to_le32(entry->generation);
	entry->del.done = spa_sa_deleted;
	entry->del.desc.opcode = cpu_to_le16(SPA_CMD_SA_DELETE);
	entry->del.desc.index = cpu_to_le32(index);
	entry->del.desc.generation = entry->hw.generation;
	return entry;
}

/* Adds to the card. On failure nothing of the entry is left; but a card that did not answer, or said nothing that
 * makes sense, may have the SA all the same and is told to delete it first. */
static int spa_sa_program(struct spa *spa, struct spa_sa_entry *entry)
{
	struct spa_admin_cmd cmd = {
		.opcode = cpu_to_le16(SPA_CMD_SA_ADD),
		.index = cpu_to_le32(entry->index),
		.generation = entry->hw.generation,
	};
	struct spa_exec_data data = { .in = &entry->hw, .length = sizeof(entry->hw) };
	int err;

	/* Before the card knows it: its first packet may come at once. */
	err = xa_err(xa_store_bh(&spa->sas, entry->index, entry, GFP_KERNEL));
	if (err) {
		spa_sa_free(spa, entry);
		return err;
	}
	err = spa_admin_exec(spa, &cmd, &data);
	if (!err)
		return 0;
	xa_erase_bh(&spa->sas, entry->index);
	if (err == -ETIMEDOUT || err == -EIO)
		spa_admin_submit(spa, &entry->del);
	else
		spa_sa_free(spa, entry);
	return err;
}

int spa_xfrm_state_add(struct net_device *netdev, struct xfrm_state *x, struct netlink_ext_ack *extack)
{
	struct spa *spa = netdev_priv(netdev);
	struct spa_sa_entry *entry;
	u32 index;
	int err;

	entry = spa_sa_new(spa, x);
	if (!entry) {
		NL_SET_ERR_MSG_MOD(extack, "The SA table of the card is full");
		return -ENOSPC;
	}
	index = entry->index;
	err = spa_sa_describe(spa, x, &entry->hw, extack);
	if (err) {
		spa_sa_free(spa, entry);
	} else {
		err = spa_sa_program(spa, entry);
		if (err)
			NL_SET_ERR_MSG_MOD(extack, "The card refused the SA");
	}
	if (err) {
		spa_count(spa, SPA_COUNT_SA_REFUSED);
		/* -EOPNOTSUPP would make the kernel carry on in software without a word. */
		return err == -EOPNOTSUPP ? -EINVAL : err;
	}
	/* Zero means "none" to the kernel. */
	x->xso.offload_handle = (unsigned long)index + 1;
	spa_count(spa, SPA_COUNT_SA_ADDED);
	return 0;
}

/* The entry of a state, or NULL when it has none any more. Under RCU, or while nobody else can delete the state. */
static struct spa_sa_entry *spa_sa_of_state(struct spa *spa, const struct xfrm_state *x)
{
	struct spa_sa_entry *entry;

	if (!x->xso.offload_handle)
		return NULL;
	entry = xa_load(&spa->sas, x->xso.offload_handle - 1);
	return entry && entry->x == x ? entry : NULL;
}

void spa_xfrm_state_delete(struct net_device *netdev, struct xfrm_state *x)
{
	struct spa *spa = netdev_priv(netdev);
	struct spa_sa_entry *entry;

	rcu_read_lock();
	entry = spa_sa_of_state(spa, x);
	if (entry && xa_erase_bh(&spa->sas, entry->index) != entry)
		entry = NULL;
	rcu_read_unlock();
	if (entry)
		spa_admin_submit(spa, &entry->del);
}

bool spa_xfrm_offload_ok(struct net_device *netdev, struct xfrm_state *x)
{
	struct spa *spa = netdev_priv(netdev);
	bool there;

	rcu_read_lock();
	there = spa_sa_of_state(spa, x);
	rcu_read_unlock();
	return there;
}

/* ---- Packets ---- */

bool spa_xfrm_tx(struct spa *spa, struct sk_buff *skb, struct spa_tx_esp *esp)
{
	struct xfrm_offload *xo = xfrm_offload(skb);
	struct spa_sa_entry *entry;
	struct xfrm_state *x;
	u32 offset;

	esp->used = false;
	if (!xo || !(xo->flags & XFRM_XMIT))
		return true;

	x = xfrm_input_state(skb);
	offset = skb_transport_offset(skb) + (x->encap ? sizeof(struct udphdr) : 0);
	if (offset + sizeof(struct ip_esp_hdr) > skb_headlen(skb))
		return false;
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
	    refcount_inc_not_zero(&entry->x->refcnt))
		x = entry->x;
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

bool spa_xfrm_rx(struct spa_pair *pair, struct sk_buff *skb, const struct spa_completion *cpl)
{
	bool decrypted = le16_to_cpu(cpl->flags) & SPA_CPL_DECRYPTED;
	enum spa_poll_counter verdict;
	struct xfrm_state *x;
	u32 status;

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

void spa_xfrm_init(struct spa *spa)
{
	xa_init_flags(&spa->sas, XA_FLAGS_LOCK_BH);
	ida_init(&spa->sa_ids);
}

void spa_xfrm_setup(struct spa *spa)
{
	if (!(spa->limits.features & SPA_FEATURE_ESP_CRYPTO) || !spa->limits.sas)
		return;
	spa_xfrm_set_ops(spa->netdev);
	spa->netdev->hw_features |= NETIF_F_HW_ESP;
	spa->netdev->hw_enc_features |= NETIF_F_HW_ESP | NETIF_F_SG | NETIF_F_HW_CSUM;
}

/* After the admin queue has given everything back. */
void spa_xfrm_destroy(struct spa *spa)
{
	WARN_ON(!xa_empty(&spa->sas));
	xa_destroy(&spa->sas);
	ida_destroy(&spa->sa_ids);
}
