// SPDX-License-Identifier: GPL-2.0-only
/* Programming the SAs again into a card that was reset. */
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <net/xfrm.h>

#include "recover.h"
#include "sa.h"
#include "spa.h"

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

/*
 * From where the SA goes on. Crypto mode: the kernel's numbers are the ones on the wire. Packet mode, outbound: behind
 * every number that the card can have used, for one used twice would be a nonce used twice (RFC 4106 section 3.1).
 * Inbound: the highest number that came up; the card takes all below for seen, and what it had taken in and not
 * delivered may come again.
 */
static void spa_replay_advance(struct spa_sa_entry *entry, u64 seq)
{
	struct spa_sa *hw = &entry->hw;
	u64 base = le64_to_cpu(hw->seq);

	if (!entry->packet)
		base = max(base, seq);
	else if (entry->inbound)
		base = max_t(u64, base, atomic64_read(&entry->seen));
	else
		base += atomic64_xchg(&entry->given, 0);
	/* Past the last number there is none: the SA is used up. */
	if (!(le32_to_cpu(hw->flags) & SPA_SA_ESN))
		base = min_t(u64, base, U32_MAX);
	hw->seq = cpu_to_le64(base);
	hw->packets = cpu_to_le64(READ_ONCE(entry->counts.packets));
	hw->bytes = cpu_to_le64(READ_ONCE(entry->counts.bytes));
}

/* Under the table's lock, so that a deletion comes either before, and then the entry is not here any more, or is
 * submitted after the addition. */
static bool spa_replay_submit(struct spa *spa, struct spa_replay_slot *slot, unsigned long index, u64 seq)
{
	struct spa_sa_entry *entry;

	xa_lock_bh(&spa->sas);
	entry = xa_load(&spa->sas, index);
	if (entry) {
		spa_replay_advance(entry, seq);
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
