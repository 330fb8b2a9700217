// SPDX-License-Identifier: GPL-2.0-only
/* Policies in the card (packet mode), and their shadow in the driver. */
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <net/xfrm.h>

#include "compat/xfrm.h"
#include "policy.h"
#include "recover.h"
#include "spa.h"
#include "xfrm.h"

/* As with SAs: an entry lives until the card has confirmed its deletion, and its index as long. */
struct spa_policy_entry {
	struct xfrm_policy *xp;
	u32 index;
	struct spa_policy hw;
	struct spa_cmd del;
	struct rcu_head rcu;
};

/* ---- A policy as the card understands it ---- */

static void spa_address_set(u8 to[16], const xfrm_address_t *from, u16 family)
{
	memset(to, 0, 16);
	if (family == AF_INET6)
		memcpy(to, &from->a6, sizeof(from->a6));
	else
		memcpy(to, &from->a4, sizeof(from->a4));
}

/* The kernel ignores what is beyond the prefix; the card wants it zero. */
static void spa_address_cut(u8 address[16], u8 prefix)
{
	int i;

	for (i = 0; i < 16; i++) {
		int bits = clamp(prefix - 8 * i, 0, 8);

		address[i] &= 0xff00 >> bits;
	}
}

void spa_selector_set(struct spa_selector *hw, const struct xfrm_selector *sel)
{
	memset(hw, 0, sizeof(*hw));
	if (sel->family != AF_INET && sel->family != AF_INET6)
		return;
	hw->family = sel->family == AF_INET ? 4 : 6;
	spa_address_set(hw->saddr, &sel->saddr, sel->family);
	spa_address_set(hw->daddr, &sel->daddr, sel->family);
	spa_address_cut(hw->saddr, sel->prefixlen_s);
	spa_address_cut(hw->daddr, sel->prefixlen_d);
	hw->saddr_prefix = sel->prefixlen_s;
	hw->daddr_prefix = sel->prefixlen_d;
	hw->protocol = sel->proto;
	hw->sport = sel->sport & sel->sport_mask;
	hw->sport_mask = sel->sport_mask;
	hw->dport = sel->dport & sel->dport_mask;
	hw->dport_mask = sel->dport_mask;
}

static int spa_policy_set_template(struct spa *spa, const struct xfrm_tmpl *tmpl, struct spa_policy *hw,
				   struct netlink_ext_ack *extack)
{
	if (tmpl->id.proto != IPPROTO_ESP)
		return spa_refuse(spa->netdev, extack, "The card protects with ESP only");
	if (tmpl->mode != XFRM_MODE_TUNNEL && tmpl->mode != XFRM_MODE_TRANSPORT)
		return spa_refuse(spa->netdev, extack, "The card knows tunnel and transport mode only");
	if (tmpl->optional)
		return spa_refuse(spa->netdev, extack, "Protection by the card cannot be optional");
	if (!tmpl->reqid)
		return spa_refuse(spa->netdev, extack, "The card finds SAs by their reqid: it must not be 0");
	hw->action = SPA_POLICY_PROTECT;
	hw->reqid = cpu_to_le32(tmpl->reqid);
	if (tmpl->mode == XFRM_MODE_TRANSPORT)
		return 0;
	hw->tunnel = 1;
	hw->outer_family = tmpl->encap_family == AF_INET ? 4 : 6;
	spa_address_set(hw->saddr, &tmpl->saddr, tmpl->encap_family);
	spa_address_set(hw->daddr, &tmpl->id.daddr, tmpl->encap_family);
	return 0;
}

static int spa_policy_describe(struct spa *spa, struct xfrm_policy *xp, struct spa_policy *hw,
			       struct netlink_ext_ack *extack)
{
	if (!spa->limits.policies)
		return spa_refuse(spa->netdev, extack, "This card keeps no policies");
	if (xp->type != XFRM_POLICY_TYPE_MAIN || xp->mark.m || xp->if_id)
		return spa_refuse(spa->netdev, extack, "The card knows neither marks nor interface identifiers of policies");
	switch (spa_policy_offload(xp)->dir) {
	case XFRM_DEV_OFFLOAD_IN:
		hw->direction = SPA_POLICY_IN;
		break;
	case XFRM_DEV_OFFLOAD_OUT:
		hw->direction = SPA_POLICY_OUT;
		break;
	default:
		return spa_refuse(spa->netdev, extack, "The card does not forward: it has no policies for that");
	}
	if (xp->selector.family != AF_INET && xp->selector.family != AF_INET6)
		return spa_refuse(spa->netdev, extack, "The card wants policies of one family");
	spa_selector_set(&hw->selector, &xp->selector);
	hw->priority = cpu_to_le32(xp->priority);
	if (xp->action == XFRM_POLICY_BLOCK) {
		hw->action = SPA_POLICY_BLOCK;
		return 0;
	}
	if (!xp->xfrm_nr) {
		hw->action = SPA_POLICY_ALLOW;
		return 0;
	}
	if (xp->xfrm_nr > 1)
		return spa_refuse(spa->netdev, extack, "The card protects a packet once only");
	return spa_policy_set_template(spa, &xp->xfrm_vec[0], hw, extack);
}

/* ---- Entries ---- */

static void spa_policy_free(struct spa *spa, struct spa_policy_entry *entry)
{
	ida_free(&spa->policy_ids, entry->index);
	kfree_rcu(entry, rcu);
}

static void spa_policy_deleted(struct spa *spa, struct spa_cmd *cmd, int err)
{
	struct spa_policy_entry *entry = container_of(cmd, struct spa_policy_entry, del);

	if (err && err != -ENOENT && err != -ESTALE && err != -ENODEV && err != -ECANCELED)
		dev_err_ratelimited(spa->dev, "policy %u was not deleted: %d\n", entry->index, err);
	spa_policy_free(spa, entry);
}

static struct spa_policy_entry *spa_policy_new(struct spa *spa, struct xfrm_policy *xp)
{
	struct spa_policy_entry *entry = kzalloc(sizeof(*entry), GFP_KERNEL);
	int index;

	if (!entry)
		return ERR_PTR(-ENOMEM);
	index = ida_alloc_max(&spa->policy_ids, max_t(int, spa->limits.policies, 1) - 1, GFP_KERNEL);
	if (index < 0) {
		kfree(entry);
		return ERR_PTR(index);
	}
	entry->xp = xp;
	entry->index = index;
	entry->hw.generation = cpu_to_le32(atomic_inc_return(&spa->sa_generation));
	entry->del.done = spa_policy_deleted;
	entry->del.desc.opcode = cpu_to_le16(SPA_CMD_POLICY_DELETE);
	entry->del.desc.index = cpu_to_le32(index);
	entry->del.desc.generation = entry->hw.generation;
	return entry;
}

static int spa_policy_program(struct spa *spa, const struct spa_policy_entry *entry)
{
	struct spa_admin_cmd cmd = {
		.opcode = cpu_to_le16(SPA_CMD_POLICY_ADD),
		.index = cpu_to_le32(entry->index),
	};
	struct spa_exec_data data = { .in = &entry->hw, .length = sizeof(entry->hw) };

	return spa_admin_exec(spa, &cmd, &data);
}

static int spa_policy_program_through_resets(struct spa *spa, struct spa_policy_entry *entry)
{
	int err;

	do {
		err = spa_lock_running(spa);
		if (err)
			return err;
		err = spa_policy_program(spa, entry);
		if (!err)
			err = xa_err(xa_store_bh(&spa->policies, entry->index, entry, GFP_KERNEL));
		spa_unlock_running(spa);
	} while (err == -ECANCELED);
	return err;
}

int spa_policy_add(struct spa *spa, struct xfrm_policy *xp, struct netlink_ext_ack *extack)
{
	struct spa_policy_entry *entry = spa_policy_new(spa, xp);
	u32 index;
	int err;

	if (IS_ERR(entry)) {
		if (entry == ERR_PTR(-ENOSPC))
			NL_SET_ERR_MSG_MOD(extack, "The policy table of the card is full");
		return PTR_ERR(entry);
	}
	index = entry->index;
	err = spa_policy_describe(spa, xp, &entry->hw, extack);
	if (err)
		goto err_entry;
	err = spa_policy_program_through_resets(spa, entry);
	if (!err) {
		/* Zero means "none" to the kernel. */
		spa_policy_offload(xp)->offload_handle = (unsigned long)index + 1;
		return 0;
	}
	NL_SET_ERR_MSG_MOD(extack, "The card refused the policy");
	if (err == -ETIMEDOUT || err == -EIO || err == -ENOMEM) {
		spa_admin_submit(spa, &entry->del);
		return err;
	}
err_entry:
	spa_policy_free(spa, entry);
	return err;
}

void spa_policy_delete(struct spa *spa, struct xfrm_policy *xp)
{
	unsigned long handle = spa_policy_offload(xp)->offload_handle;
	struct spa_policy_entry *entry;

	if (!handle)
		return;
	xa_lock_bh(&spa->policies);
	entry = xa_load(&spa->policies, handle - 1);
	if (entry && entry->xp == xp)
		__xa_erase(&spa->policies, entry->index);
	else
		entry = NULL;
	xa_unlock_bh(&spa->policies);
	if (entry)
		spa_admin_submit(spa, &entry->del);
}

u32 spa_policy_count(struct spa *spa)
{
	struct spa_policy_entry *entry;
	unsigned long index;
	u32 count = 0;

	xa_for_each(&spa->policies, index, entry)
		count++;
	return count;
}

/* ---- Replay ---- */

static bool spa_policy_copy(struct spa *spa, unsigned long index, struct spa_policy_entry *copy)
{
	struct spa_policy_entry *entry;

	rcu_read_lock();
	entry = xa_load(&spa->policies, index);
	if (entry) {
		copy->index = entry->index;
		copy->hw = entry->hw;
	}
	rcu_read_unlock();
	return entry;
}

/* One that was deleted while it was programmed: its own deletion found nothing, so there must be another. */
static int spa_policy_take_back(struct spa *spa, const struct spa_policy_entry *copy)
{
	struct spa_admin_cmd cmd = {
		.opcode = cpu_to_le16(SPA_CMD_POLICY_DELETE),
		.index = cpu_to_le32(copy->index),
		.generation = copy->hw.generation,
	};
	int err;

	if (xa_load(&spa->policies, copy->index))
		return 0;
	err = spa_admin_exec(spa, &cmd, NULL);
	return err == -ENOENT ? 0 : err;
}

int spa_policy_replay(struct spa *spa)
{
	struct spa_policy_entry copy = {}, *entry;
	unsigned long index;
	int err;

	xa_for_each(&spa->policies, index, entry) {
		if (!spa_policy_copy(spa, index, &copy))
			continue;
		err = spa_policy_program(spa, &copy) ?: spa_policy_take_back(spa, &copy);
		if (err) {
			dev_err(spa->dev, "the card does not take its policies back: %d\n", err);
			return err;
		}
	}
	return 0;
}

/* ---- Making and unmaking ---- */

void spa_policy_table_init(struct spa *spa)
{
	xa_init_flags(&spa->policies, XA_FLAGS_LOCK_BH);
	ida_init(&spa->policy_ids);
}

void spa_policy_table_destroy(struct spa *spa)
{
	WARN_ON(!xa_empty(&spa->policies));
	xa_destroy(&spa->policies);
	ida_destroy(&spa->policy_ids);
}
