// SPDX-License-Identifier: GPL-2.0-only
/* Security associations in the card, and their shadow in the driver. */
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <net/xfrm.h>

#include "recover.h"
#include "sa.h"
#include "spa.h"

static void spa_sa_free(struct spa *spa, struct spa_sa_entry *entry)
{
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

static void spa_sa_fill_add(const struct spa_sa_entry *entry, struct spa_admin_cmd *cmd)
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

int spa_sa_add(struct spa *spa, struct xfrm_state *x, struct netlink_ext_ack *extack)
{
	struct spa_sa_entry *entry = spa_sa_new(spa, x);
	u32 index;
	int err;

	if (!entry) {
		NL_SET_ERR_MSG_MOD(extack, "The SA table of the card is full");
		return -ENOSPC;
	}
	index = entry->index;
	err = spa_sa_describe(spa, x, &entry->hw, extack);
	if (err)
		goto err_entry;
	err = spa_sa_program_through_resets(spa, entry);
	if (!err) {
		/* Zero means "none" to the kernel. */
		x->xso.offload_handle = (unsigned long)index + 1;
		return 0;
	}
	NL_SET_ERR_MSG_MOD(extack, "The card refused the SA");
	/* A card that did not answer, or said nothing that makes sense, may have it all the same. */
	if (err == -ETIMEDOUT || err == -EIO) {
		spa_admin_submit(spa, &entry->del);
		return err;
	}
err_entry:
	spa_sa_free(spa, entry);
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

	rcu_read_lock();
	entry = xa_find(&spa->sas, index, ULONG_MAX, XA_PRESENT);
	if (!entry) {
		*index = 0;
		entry = xa_find(&spa->sas, index, ULONG_MAX, XA_PRESENT);
	}
	if (entry)
		*generation = entry->generation;
	rcu_read_unlock();
	return entry;
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

/* ---- Replay ---- */

/* Commands under way at a time: enough to keep the card busy, few enough to fit its ring. */
#define SPA_REPLAY_DEPTH 32
#define SPA_REPLAY_TIMEOUT (10 * HZ)

struct spa_replay;

struct spa_replay_slot {
	struct spa_cmd cmd;
	struct spa_replay *replay;
	struct spa_sa *sa;
	dma_addr_t dma;
	bool busy;
};

struct spa_replay {
	wait_queue_head_t wait;
	int err; /* the first refusal */
	struct spa_replay_slot slots[SPA_REPLAY_DEPTH];
};

static void spa_replay_done(struct spa *spa, struct spa_cmd *cmd, int err)
{
	struct spa_replay_slot *slot = container_of(cmd, struct spa_replay_slot, cmd);
	struct spa_replay *r = slot->replay;

	if (err)
		cmpxchg(&r->err, 0, err);
	smp_store_release(&slot->busy, false);
	wake_up(&r->wait);
}

static struct spa_replay_slot *spa_replay_idle_slot(struct spa_replay *r)
{
	int i;

	for (i = 0; i < SPA_REPLAY_DEPTH; i++)
		if (!smp_load_acquire(&r->slots[i].busy))
			return &r->slots[i];
	return NULL;
}

static bool spa_replay_all_idle(struct spa_replay *r)
{
	int i;

	for (i = 0; i < SPA_REPLAY_DEPTH; i++)
		if (smp_load_acquire(&r->slots[i].busy))
			return false;
	return true;
}

/* The kernel's sequence number of an SA now; 0 when the state is on its way out. The state's lock must not be taken
 * under the table's: deleting takes them the other way round. */
static u64 spa_replay_sequence(struct spa *spa, unsigned long index)
{
	struct spa_sa_entry *entry;
	struct xfrm_state *x = NULL;
	u64 seq;

	rcu_read_lock();
	entry = xa_load(&spa->sas, index);
	if (entry && refcount_inc_not_zero(&entry->x->refcnt))
		x = entry->x;
	rcu_read_unlock();
	if (!x)
		return 0;
	spin_lock_bh(&x->lock);
	seq = spa_sa_sequence(x);
	spin_unlock_bh(&x->lock);
	xfrm_state_put(x);
	return seq;
}

/* Under the table's lock, so that a deletion comes either before, and then the entry is not here any more, or is
 * submitted after the addition. */
static bool spa_replay_submit(struct spa *spa, struct spa_replay_slot *slot, unsigned long index, u64 seq)
{
	struct spa_sa_entry *entry;

	xa_lock_bh(&spa->sas);
	entry = xa_load(&spa->sas, index);
	if (entry) {
		entry->hw.seq = cpu_to_le64(max(seq, le64_to_cpu(entry->hw.seq)));
		*slot->sa = entry->hw;
		spa_sa_fill_add(entry, &slot->cmd.desc);
		slot->cmd.desc.addr = cpu_to_le64(slot->dma);
		slot->busy = true;
		spa_admin_submit(spa, &slot->cmd);
	}
	xa_unlock_bh(&spa->sas);
	return entry;
}

static int spa_replay_all(struct spa *spa, struct spa_replay *r)
{
	struct spa_replay_slot *slot = NULL;
	struct spa_sa_entry *entry;
	unsigned long index;
	int count = 0;

	xa_for_each(&spa->sas, index, entry) {
		if (!wait_event_timeout(r->wait, (slot = spa_replay_idle_slot(r)), SPA_REPLAY_TIMEOUT))
			return -ETIMEDOUT;
		if (READ_ONCE(r->err))
			return r->err;
		count += spa_replay_submit(spa, slot, index, spa_replay_sequence(spa, index));
	}
	if (!wait_event_timeout(r->wait, spa_replay_all_idle(r), SPA_REPLAY_TIMEOUT))
		return -ETIMEDOUT;
	return r->err ?: count;
}

static void spa_replay_free(struct spa *spa, struct spa_replay *r)
{
	int i;

	for (i = 0; i < SPA_REPLAY_DEPTH; i++)
		if (r->slots[i].sa)
			spa_admin_buffer_free(spa, r->slots[i].sa, r->slots[i].dma);
	kfree(r);
}

static struct spa_replay *spa_replay_new(struct spa *spa)
{
	struct spa_replay *r = kzalloc(sizeof(*r), GFP_KERNEL);
	int i;

	if (!r)
		return NULL;
	init_waitqueue_head(&r->wait);
	for (i = 0; i < SPA_REPLAY_DEPTH; i++) {
		r->slots[i].replay = r;
		r->slots[i].cmd.done = spa_replay_done;
		r->slots[i].sa = spa_admin_buffer(spa, &r->slots[i].dma);
		if (!r->slots[i].sa) {
			spa_replay_free(spa, r);
			return NULL;
		}
	}
	return r;
}

int spa_sa_replay(struct spa *spa)
{
	struct spa_replay *r;
	int ret;

	if (xa_empty(&spa->sas))
		return 0;
	r = spa_replay_new(spa);
	if (!r)
		return -ENOMEM;
	ret = spa_replay_all(spa, r);
	if (ret < 0) {
		dev_err(spa->dev, "the card does not take its SAs back: %d\n", ret);
		/* Gives the slots back that the card has not answered. */
		spa_cut_off(spa);
	}
	spa_replay_free(spa, r);
	return ret;
}

/* ---- Making and unmaking ---- */

void spa_sa_table_init(struct spa *spa)
{
	xa_init_flags(&spa->sas, XA_FLAGS_LOCK_BH);
	ida_init(&spa->sa_ids);
}

void spa_sa_table_destroy(struct spa *spa)
{
	WARN_ON(!xa_empty(&spa->sas));
	xa_destroy(&spa->sas);
	ida_destroy(&spa->sa_ids);
}
