// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the card counts for an SA in packet mode. The kernel asks where nobody may sleep: it gets what was read last, and
 * the card is asked anew. Limits are reached on the card: its event makes the kernel look, with fresh numbers.
 */
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <net/xfrm.h>

#include "sa.h"
#include "spa.h"

struct spa_sa_reader {
	struct spa_cmd cmd;
	struct spa *spa;
	struct spa_sa_entry *entry; /* held while a command is out */
	struct spa_sa_stats *buf;
	dma_addr_t dma;
	unsigned long state; /* SPA_READER_* */
};

#define SPA_READER_BUSY 0
#define SPA_READER_EXPIRE 1 /* the kernel is to look at its limits when the answer is there */

int spa_sa_reader_new(struct spa *spa, struct spa_sa_entry *entry)
{
	struct spa_sa_reader *r = kzalloc(sizeof(*r), GFP_KERNEL);

	if (!r)
		return -ENOMEM;
	r->buf = spa_admin_buffer(spa, &r->dma);
	if (!r->buf) {
		kfree(r);
		return -ENOMEM;
	}
	r->spa = spa;
	r->entry = entry;
	entry->reader = r;
	return 0;
}

void spa_sa_reader_free(struct spa *spa, struct spa_sa_entry *entry)
{
	if (!entry->reader)
		return;
	spa_admin_buffer_free(spa, entry->reader->buf, entry->reader->dma);
	kfree(entry->reader);
}

/* The numbers only go up; a card that says otherwise is not believed. */
static void spa_sa_take(struct spa_sa_entry *entry, const struct spa_sa_stats *now)
{
	struct spa_sa_counts *c = &entry->counts;

	WRITE_ONCE(c->packets, max(c->packets, le64_to_cpu(now->packets)));
	WRITE_ONCE(c->bytes, max(c->bytes, le64_to_cpu(now->bytes)));
	WRITE_ONCE(c->seq, max(c->seq, le64_to_cpu(now->seq)));
	WRITE_ONCE(c->auth_failures, max(c->auth_failures, le64_to_cpu(now->auth_failures)));
	WRITE_ONCE(c->replay_failures, max(c->replay_failures, le64_to_cpu(now->replay_failures)));
}

void spa_sa_seen(struct spa_sa_entry *entry, u32 low)
{
	s64 highest = atomic64_read(&entry->seen);
	s32 ahead;

	/* Flows of one SA come by several queues. The number meant is the one nearest to the highest. */
	do {
		ahead = low - (u32)highest;
		if (ahead <= 0)
			return;
	} while (!atomic64_try_cmpxchg(&entry->seen, &highest, highest + ahead));
}

static void spa_sa_expire(struct spa *spa, struct spa_sa_entry *entry)
{
	struct xfrm_state *x = NULL;

	rcu_read_lock();
	if (xa_load(&spa->sas, entry->index) == entry && refcount_inc_not_zero(&entry->x->refcnt))
		x = entry->x;
	rcu_read_unlock();
	if (!x)
		return;
	spin_lock_bh(&x->lock);
	xfrm_state_check_expire(x);
	spin_unlock_bh(&x->lock);
	xfrm_state_put(x);
}

static void spa_sa_read_done(struct spa *spa, struct spa_cmd *cmd, int err)
{
	struct spa_sa_reader *r = container_of(cmd, struct spa_sa_reader, cmd);
	struct spa_sa_entry *entry = r->entry;
	bool expire;

	if (!err && le32_to_cpu(r->buf->generation) == entry->generation)
		spa_sa_take(entry, r->buf);
	expire = test_and_clear_bit(SPA_READER_EXPIRE, &r->state);
	clear_bit_unlock(SPA_READER_BUSY, &r->state);
	if (expire)
		spa_sa_expire(spa, entry);
	/* It expired while the answer was on its way. */
	if (test_bit(SPA_READER_EXPIRE, &r->state) && !err)
		spa_sa_expired(spa, entry->index, entry->generation);
	spa_sa_put(spa, entry);
}

/* Under RCU. With `expire`, the kernel looks at its limits when the answer is there. */
static void spa_sa_read(struct spa *spa, struct spa_sa_entry *entry, bool expire)
{
	struct spa_sa_reader *r;

	/* While it is held, its reader is there too. */
	if (!kref_get_unless_zero(&entry->ref))
		return;
	r = entry->reader;
	if (expire)
		set_bit(SPA_READER_EXPIRE, &r->state);
	if (test_and_set_bit_lock(SPA_READER_BUSY, &r->state)) {
		spa_sa_put(spa, entry);
		return;
	}
	r->cmd.done = spa_sa_read_done;
	r->cmd.desc = (struct spa_admin_cmd){
		.opcode = cpu_to_le16(SPA_CMD_SA_READ),
		.index = cpu_to_le32(entry->index),
		.generation = entry->hw.generation,
		.length = cpu_to_le32(sizeof(*r->buf)),
		.addr = cpu_to_le64(r->dma),
	};
	spa_admin_submit(spa, &r->cmd);
}

/* With the state's lock held. */
static void spa_sa_tell(struct spa_sa_entry *entry, struct xfrm_state *x)
{
	struct spa_sa_counts *now = &entry->counts, *told = &entry->told;
	u64 packets = READ_ONCE(now->packets), bytes = READ_ONCE(now->bytes);
	u32 auth = READ_ONCE(now->auth_failures), replay = READ_ONCE(now->replay_failures);

	x->curlft.packets += packets - told->packets;
	x->curlft.bytes += bytes - told->bytes;
	x->stats.integrity_failed += auth - (u32)told->auth_failures;
	x->stats.replay += replay - (u32)told->replay_failures;
	told->packets = packets;
	told->bytes = bytes;
	told->auth_failures = auth;
	told->replay_failures = replay;
	if (packets && !x->curlft.use_time)
		x->curlft.use_time = ktime_get_real_seconds();
}

void spa_sa_update_stats(struct spa *spa, struct xfrm_state *x)
{
	struct spa_sa_entry *entry;

	rcu_read_lock();
	entry = spa_sa_of_state(spa, x);
	if (entry && entry->packet) {
		spa_sa_tell(entry, x);
		spa_sa_read(spa, entry, false);
	}
	rcu_read_unlock();
}

void spa_sa_expired(struct spa *spa, u32 index, u32 generation)
{
	struct spa_sa_entry *entry;

	rcu_read_lock();
	entry = xa_load(&spa->sas, index);
	if (entry && entry->packet && entry->generation == generation)
		spa_sa_read(spa, entry, true);
	rcu_read_unlock();
}
