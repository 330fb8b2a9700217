// SPDX-License-Identifier: GPL-2.0-only
/* Security associations in the card, and their shadow in the driver. */
#include <linux/netdevice.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <net/xfrm.h>

#include "recover.h"
#include "sa.h"
#include "spa.h"

#define SPA_SA_TRIAL_TIMEOUT (10 * HZ)

void spa_sa_put(struct spa *spa, struct spa_sa_entry *entry)
{
	if (!refcount_dec_and_test(&entry->ref.refcount))
		return;
	spa_sa_reader_free(spa, entry);
	ida_free(&spa->sa_ids, entry->index);
	memzero_explicit(&entry->hw, sizeof(entry->hw));
	kfree_rcu(entry, rcu);
}

static void spa_sa_deleted(struct spa *spa, struct spa_cmd *cmd, int err)
{
	struct spa_sa_entry *entry = container_of(cmd, struct spa_sa_entry, del);

	/* The card may not have it: an addition that failed after all, or a reset that wiped its table. */
	if (err && err != -ENOENT && err != -ESTALE && err != -ENODEV && err != -ECANCELED)
		dev_err_ratelimited(spa->dev, "SA %u was not deleted: %d\n", entry->index, err);
	else
		spa_count(spa, SPA_COUNT_SA_DELETED);
	spa_sa_put(spa, entry);
}

static struct spa_sa_entry *spa_sa_new(struct spa *spa, struct xfrm_state *x)
{
	struct spa_sa_entry *entry = kzalloc(sizeof(*entry), GFP_KERNEL);
	int index;

	if (!entry)
		return ERR_PTR(-ENOMEM);
	index = ida_alloc_max(&spa->sa_ids, spa->limits.sas - 1, GFP_KERNEL);
	if (index < 0) {
		kfree(entry);
		return ERR_PTR(index);
	}
	kref_init(&entry->ref);
	entry->x = x;
	entry->index = index;
	entry->packet = x->xso.type == XFRM_DEV_OFFLOAD_PACKET;
	entry->generation = atomic_inc_return(&spa->sa_generation);
	entry->inbound = x->xso.dir == XFRM_DEV_OFFLOAD_IN;
	entry->hw.generation = cpu_to_le32(entry->generation);
	entry->del.done = spa_sa_deleted;
	entry->del.desc.opcode = cpu_to_le16(SPA_CMD_SA_DELETE);
	entry->del.desc.index = cpu_to_le32(index);
	entry->del.desc.generation = entry->hw.generation;
	return entry;
}

void spa_sa_fill_add(const struct spa_sa_entry *entry, struct spa_admin_cmd *cmd)
{
	*cmd = (struct spa_admin_cmd){
		.opcode = cpu_to_le16(SPA_CMD_SA_ADD),
		.index = cpu_to_le32(entry->index),
		.generation = entry->hw.generation,
		.length = cpu_to_le32(sizeof(entry->hw)),
	};
}

/* Adds to the card. On success the entry is in the table, on failure it is not. */
static int spa_sa_program(struct spa *spa, struct spa_sa_entry *entry)
{
	struct spa_exec_data data = { .in = &entry->hw, .length = sizeof(entry->hw) };
	struct spa_admin_cmd cmd;
	int err;

	/* Before the card knows it: its first packet may come at once. */
	err = xa_err(xa_store_bh(&spa->sas, entry->index, entry, GFP_KERNEL));
	if (err)
		return err;
	spa_sa_fill_add(entry, &cmd);
	err = spa_admin_exec(spa, &cmd, &data);
	if (err)
		xa_erase_bh(&spa->sas, entry->index);
	else
		smp_store_release(&entry->programmed, true);
	return err;
}

/* A reset may come in between: then the card has forgotten what it was told, and is told again when it is back. */
static int spa_sa_program_through_resets(struct spa *spa, struct spa_sa_entry *entry)
{
	int err;

	do {
		err = spa_lock_running(spa);
		if (err)
			return err;
		err = spa_sa_program(spa, entry);
		spa_unlock_running(spa);
	} while (err == -ECANCELED);
	return err;
}

static void spa_sa_explain(int err, struct netlink_ext_ack *extack)
{
	switch (err) {
	case -EOPNOTSUPP:
		NL_SET_ERR_MSG_MOD(extack, "This card has not the algorithm, or not with keys of this length");
		break;
	case -EEXIST:
		NL_SET_ERR_MSG_MOD(extack, "The card has an inbound SA of this address and SPI");
		break;
	case -EINVAL:
		NL_SET_ERR_MSG_MOD(extack, "The card refused the SA: a field out of its range, or a weak key");
		break;
	default:
		NL_SET_ERR_MSG_MOD(extack, "The card did not take the SA");
	}
}

int spa_sa_add(struct spa *spa, struct xfrm_state *x, struct netlink_ext_ack *extack)
{
	struct spa_sa_entry *entry;
	u32 index;
	int err;

	entry = spa_sa_new(spa, x);
	if (IS_ERR(entry)) {
		if (entry == ERR_PTR(-ENOSPC))
			NL_SET_ERR_MSG_MOD(extack, "The SA table of the card is full");
		return PTR_ERR(entry);
	}
	index = entry->index;
	err = spa_sa_describe(spa, x, &entry->hw, extack);
	atomic64_set(&entry->seen, le64_to_cpu(entry->hw.seq));
	if (!err && entry->packet)
		err = spa_sa_reader_new(spa, entry);
	if (err)
		goto err_entry;
	err = spa_sa_program_through_resets(spa, entry);
	if (!err) {
		/* Zero means "none" to the kernel. */
		x->xso.offload_handle = (unsigned long)index + 1;
		return 0;
	}
	spa_sa_explain(err, extack);
	/* A card that did not answer, or said nothing that makes sense, may have it all the same. */
	if (err == -ETIMEDOUT || err == -EIO) {
		spa_admin_submit(spa, &entry->del);
		return err;
	}
err_entry:
	spa_sa_put(spa, entry);
	return err;
}

struct spa_sa_entry *spa_sa_of_state(struct spa *spa, const struct xfrm_state *x)
{
	struct spa_sa_entry *entry;

	if (!x->xso.offload_handle)
		return NULL;
	entry = xa_load(&spa->sas, x->xso.offload_handle - 1);
	return entry && entry->x == x ? entry : NULL;
}

void spa_sa_delete(struct spa *spa, struct xfrm_state *x)
{
	struct spa_sa_entry *entry;

	rcu_read_lock();
	entry = spa_sa_of_state(spa, x);
	if (entry && xa_erase_bh(&spa->sas, entry->index) != entry)
		entry = NULL;
	rcu_read_unlock();
	if (entry)
		spa_admin_submit(spa, &entry->del);
}

u32 spa_sa_count(struct spa *spa)
{
	struct spa_sa_entry *entry;
	unsigned long index;
	u32 count = 0;

	rcu_read_lock();
	xa_for_each(&spa->sas, index, entry)
		count++;
	rcu_read_unlock();
	return count;
}

bool spa_sa_exists(struct spa *spa, u32 index, u32 generation)
{
	struct spa_sa_entry *entry;
	bool there;

	rcu_read_lock();
	entry = xa_load(&spa->sas, index);
	there = entry && entry->generation == generation;
	rcu_read_unlock();
	return there;
}

bool spa_sa_next(struct spa *spa, unsigned long *index, u32 *generation)
{
	struct spa_sa_entry *entry;
	bool found;

	rcu_read_lock();
	entry = xa_find(&spa->sas, index, ULONG_MAX, XA_PRESENT);
	if (!entry) {
		*index = 0;
		entry = xa_find(&spa->sas, index, ULONG_MAX, XA_PRESENT);
	}
	/* The card need not know yet what is just being added. */
	found = entry && smp_load_acquire(&entry->programmed);
	if (found)
		*generation = entry->generation;
	rcu_read_unlock();
	return found;
}

u32 spa_sa_find_inbound(struct spa *spa, __be32 spi, const u8 daddr[16])
{
	u32 found = SPA_SA_NONE;
	struct spa_sa_entry *entry;
	unsigned long index;

	rcu_read_lock();
	xa_for_each(&spa->sas, index, entry)
		if (entry->inbound && entry->hw.spi == spi &&
		    !memcmp(entry->hw.daddr, daddr, sizeof(entry->hw.daddr))) {
			found = index;
			break;
		}
	rcu_read_unlock();
	return found;
}

/* ---- Self-test ---- */

static void spa_sa_trial_over(struct spa *spa, struct spa_cmd *cmd, int err)
{
	struct spa_sa_trial *trial = container_of(cmd, struct spa_sa_trial, del);

	ida_free(&spa->sa_ids, le32_to_cpu(cmd->desc.index));
	trial->err = err;
	complete(&trial->over);
}

/* Needs no memory, or an index would be free whose SA the card still has. */
static int spa_sa_trial_end(struct spa *spa, const struct spa_admin_cmd *desc)
{
	struct spa_sa_trial *trial = &spa->trial;
	int err;

	trial->del.desc = *desc;
	trial->del.desc.opcode = cpu_to_le16(SPA_CMD_SA_DELETE);
	trial->del.done = spa_sa_trial_over;
	spa_admin_submit(spa, &trial->del);
	if (!wait_for_completion_timeout(&trial->over, SPA_SA_TRIAL_TIMEOUT))
		return -ETIMEDOUT;
	err = trial->err;
	complete(&trial->over);
	return err;
}

static int spa_sa_try_at(struct spa *spa, u32 index, const struct spa_sa *sa)
{
	struct spa_admin_cmd cmd = {
		.opcode = cpu_to_le16(SPA_CMD_SA_ADD),
		.index = cpu_to_le32(index),
		.generation = sa->generation,
	};
	struct spa_exec_data in = { .in = sa, .length = sizeof(*sa) };
	struct spa_sa_stats stats = {};
	struct spa_exec_data out = { .out = &stats, .length = sizeof(stats) };
	int err, gone;

	err = spa_admin_exec(spa, &cmd, &in);
	if (!err) {
		cmd.opcode = cpu_to_le16(SPA_CMD_SA_READ);
		err = spa_admin_exec(spa, &cmd, &out);
		if (!err && (stats.generation != sa->generation || stats.seq != sa->seq))
			err = -EBADMSG;
	}
	gone = spa_sa_trial_end(spa, &cmd);
	return err ?: gone;
}

int spa_sa_try(struct spa *spa, u32 seed)
{
	/* Outbound, so that no frame can be for it. */
	struct spa_sa sa = {
		.flags = cpu_to_le32(SPA_SA_OUTBOUND),
		.spi = htonl(0x100 + seed),
		/* RFC 5737: addresses for documentation. */
		.saddr = { 192, 0, 2, 1 },
		.daddr = { 192, 0, 2, 2 },
		.cipher = cpu_to_le16(SPA_CIPHER_AES_GCM_16),
		.key_len = 16,
		.salt_len = 4,
		.icv_len = 16,
		.generation = cpu_to_le32(atomic_inc_return(&spa->sa_generation)),
		.seq = cpu_to_le64(seed),
	};
	int index, err;

	/* ethtool holds rtnl. */
	err = spa_lock_running_now(spa);
	if (err)
		return err;
	if (!try_wait_for_completion(&spa->trial.over)) {
		err = -EBUSY;
		goto out;
	}
	index = ida_alloc_max(&spa->sa_ids, spa->limits.sas - 1, GFP_KERNEL);
	if (index < 0) {
		complete(&spa->trial.over);
		err = index;
		goto out;
	}
	get_random_bytes(sa.key, sa.key_len);
	err = spa_sa_try_at(spa, index, &sa);
	memzero_explicit(sa.key, sizeof(sa.key));
out:
	spa_unlock_running(spa);
	return err;
}

/* ---- Making and unmaking ---- */

void spa_sa_table_init(struct spa *spa)
{
	xa_init_flags(&spa->sas, XA_FLAGS_LOCK_BH);
	ida_init(&spa->sa_ids);
	init_completion(&spa->trial.over);
	complete(&spa->trial.over);
}

void spa_sa_table_destroy(struct spa *spa)
{
	WARN_ON(!xa_empty(&spa->sas));
	xa_destroy(&spa->sas);
	ida_destroy(&spa->sa_ids);
}
