// SPDX-License-Identifier: GPL-2.0-only
/* Finds out that the card is not well, whatever the way in which it shows, and has it recovered. */
#include <linux/dma-mapping.h>
#include <linux/netdevice.h>

#include "devlink.h"
#include "genl.h"
#include "health.h"
#include "pka.h"
#include "recover.h"
#include "sa.h"
#include "spa.h"

/* A look twice a second. The card beats at least once a second, and a busy machine may be late on either side. */
#define SPA_LOOK (HZ / 2)
#define SPA_LOOKS_MUTE 10
#define SPA_LOOKS_BEATLESS 120
#define SPA_LOOKS_STALLED 10
/* An admin command is a matter of microseconds, a public-key operation of up to seconds where cores are few. */
#define SPA_LOOKS_ADMIN 10
#define SPA_LOOKS_PK 40
/* Completions without sense that make a fault, and within which time; looks that find a lost interrupt, likewise. */
#define SPA_NONSENSE_MANY 4
#define SPA_NONSENSE_WINDOW (60 * HZ)
#define SPA_IRQS_MANY 8
#define SPA_IRQS_WINDOW (10 * HZ)
/* Looks at which frames found no buffer in a ring that did not move: a burst is seen at two of them at most. */
#define SPA_LOOKS_LOSING 6

const char *spa_fault_text(enum spa_fault fault)
{
	static const char *const texts[] = {
#define SPA_X(name, text) text,
		SPA_FAULTS(SPA_X)
#undef SPA_X
	};

	return texts[fault];
}

void spa_health_fault(struct spa *spa, enum spa_fault fault)
{
	struct spa_watch *h = &spa->watch;
	unsigned long flags;

	spin_lock_irqsave(&h->lock, flags);
	if (!h->stopped && !h->reported && READ_ONCE(spa->state) == SPA_RUNNING) {
		__set_bit(fault, &h->faults);
		queue_work(system_freezable_wq, &h->report);
	}
	spin_unlock_irqrestore(&h->lock, flags);
}

void spa_health_suspect(struct spa *spa, u32 sa_index)
{
	struct spa_watch *h = &spa->watch;
	unsigned long flags;

	spin_lock_irqsave(&h->lock, flags);
	h->audit_next = sa_index;
	if (!h->stopped)
		mod_delayed_work(system_freezable_wq, &h->watch, 0);
	spin_unlock_irqrestore(&h->lock, flags);
}

/* Once more; true when it is too many. */
static bool spa_tally(struct spa_tally *t, u32 many, unsigned long window)
{
	if (!t->count || time_after(jiffies, t->since + window)) {
		t->since = jiffies;
		t->count = 0;
	}
	return ++t->count >= many;
}

void spa_health_nonsense(struct spa *spa)
{
	struct spa_watch *h = &spa->watch;
	unsigned long flags;
	bool many;

	spin_lock_irqsave(&h->lock, flags);
	many = spa_tally(&h->nonsense, SPA_NONSENSE_MANY, SPA_NONSENSE_WINDOW);
	spin_unlock_irqrestore(&h->lock, flags);
	if (many)
		spa_health_fault(spa, SPA_FAULT_GARBAGE);
}

/* One report for all that was seen; the first bit is the one that explains most. */
static void spa_health_report(struct work_struct *work)
{
	struct spa_watch *h = container_of(work, struct spa_watch, report);
	struct spa *spa = container_of(h, struct spa, watch);
	unsigned long faults;
	enum spa_fault fault;

	spin_lock_irq(&h->lock);
	faults = h->faults;
	h->faults = 0;
	h->reported = faults;
	spin_unlock_irq(&h->lock);
	if (!faults || READ_ONCE(spa->state) != SPA_RUNNING)
		return;
	fault = __ffs(faults);
	h->seen[fault]++;
	h->error = spa_read(spa, SPA_REG_ERROR);
	h->error_info = spa_read(spa, SPA_REG_ERROR_INFO);
	dev_err(spa->dev, "the card has failed: %s (error %u, of %u)\n", spa_fault_text(fault), h->error,
		h->error_info);
	spa_count(spa, SPA_COUNT_FAULTS);
	spa_genl_fault(spa, fault, h->error, h->error_info);
	spa_devlink_report(spa, fault);
}

/* ---- The watchdog ---- */

/* For how many looks since the first one has the queue had work and not moved? */
static u32 spa_progress_looks(struct spa_progress *p, bool work, u16 head)
{
	if (work && p->work && head == p->head)
		p->looks++;
	else
		p->looks = 0;
	p->work = work;
	p->head = head;
	return p->looks;
}

static bool spa_look_at_registers(struct spa *spa)
{
	struct spa_watch *h = &spa->watch;
	u32 status = spa_read(spa, SPA_REG_STATUS);
	u32 beat = spa_read(spa, SPA_REG_HEARTBEAT);
	bool beats = beat != h->heartbeat;

	/* Where our clock runs fast, as in an emulated machine, beats seem rare. A card that answers does not hang. */
	h->mute = xchg(&h->answered, false) || beats ? 0 : h->mute + 1;
	h->beatless = beats ? 0 : h->beatless + 1;
	h->heartbeat = beat;
	if (READ_ONCE(spa->gone) || spa_hw_alive(spa))
		spa_health_fault(spa, SPA_FAULT_SILENT);
	else if (status & SPA_STATUS_FATAL)
		spa_health_fault(spa, SPA_FAULT_FATAL);
	else if ((status & (SPA_STATUS_READY | SPA_STATUS_ENABLED)) != (SPA_STATUS_READY | SPA_STATUS_ENABLED))
		spa_health_fault(spa, SPA_FAULT_FORGOTTEN);
	else if (h->mute >= SPA_LOOKS_MUTE || h->beatless >= SPA_LOOKS_BEATLESS)
		spa_health_fault(spa, SPA_FAULT_HANG);
	else
		return true;
	return false;
}

/* What follows returns whether a completion has lain there since the last look: it has lost its interrupt, and is
 * fetched now. */
static bool spa_look_at_admin(struct spa *spa)
{
	struct spa_admin *a = &spa->admin;
	u32 looks = spa_progress_looks(&spa->watch.admin, READ_ONCE(a->tags.in_use), READ_ONCE(a->q.sq.head));
	bool lost = looks && spa_cq_pending(&a->q);

	if (looks || spa_cq_pending(&spa->events))
		spa_irq_poll_event(spa);
	if (looks >= SPA_LOOKS_ADMIN)
		spa_health_fault(spa, SPA_FAULT_ADMIN);
	return lost;
}

static bool spa_look_at_pk(struct spa *spa)
{
	u16 head = 0;
	bool work = spa_pka_busy(spa, &head);
	u32 looks = spa_progress_looks(&spa->watch.pk, work, head);

	if (looks >= SPA_LOOKS_PK)
		spa_health_fault(spa, SPA_FAULT_STALL);
	return looks && spa_pka_catch_up(spa);
}

static bool spa_look_at_pair(struct spa *spa, struct spa_pair *pair)
{
	u32 tx = spa_progress_looks(&pair->tx_progress, spa_sq_used(&pair->tx), READ_ONCE(pair->tx.sq.head));
	u32 rx = spa_progress_looks(&pair->rx_progress, spa_cq_pending(&pair->rx), READ_ONCE(pair->rx.cq.head));

	/* Where the poll is on its way already, the interrupt has come, and it is the processor that has no time. */
	if ((rx || (tx && spa_cq_pending(&pair->tx))) && !test_bit(NAPI_STATE_SCHED, &pair->napi.state)) {
		local_bh_disable();
		napi_schedule(&pair->napi);
		local_bh_enable();
		return true;
	}
	if (tx >= SPA_LOOKS_STALLED) {
		netdev_warn(spa->netdev, "transmit queue %u stands at %u with %u descriptors out\n", pair->index,
			    pair->tx.sq.head, spa_sq_used(&pair->tx));
		spa_health_fault(spa, SPA_FAULT_STALL);
	}
	return false;
}

/*
 * A receive queue that stands still looks like one without traffic. But the card counts what found no buffer: when that
 * goes on while the ring does not move, with buffers in it and nothing for us to take out, it will not move any more. A
 * ring without buffers is no fault of the card's: the machine has no memory.
 */
static void spa_look_for_losses(struct spa *spa, struct spa_pair *pair)
{
	u32 dropped;

	if (!(spa->limits.features & SPA_FEATURE_QUEUE_DROPS))
		return;
	dropped = spa_read(spa, SPA_REG_QUEUE(pair->rx.id, SPA_QREG_DROPPED));
	if (READ_ONCE(pair->rx.cq.head) != pair->rx_head || !spa_sq_used(&pair->rx) || spa_cq_pending(&pair->rx))
		pair->rx_losing = 0;
	else if (dropped != pair->rx_dropped && ++pair->rx_losing >= SPA_LOOKS_LOSING) {
		netdev_warn(spa->netdev, "receive queue %u stands at %u and loses frames\n", pair->index,
			    pair->rx_head);
		spa_health_fault(spa, SPA_FAULT_STALL);
	}
	pair->rx_head = READ_ONCE(pair->rx.cq.head);
	pair->rx_dropped = dropped;
}

static bool spa_look_at_pairs(struct spa *spa)
{
	bool lost = false;
	u32 i;

	/* The rings are there while the port is up; whoever takes it down has this lock, and need not be waited for. */
	if (!mutex_trylock(&spa->rings_lock))
		return false;
	if (spa->rings_up) {
		for (i = 0; i < spa->nr_pairs; i++) {
			lost |= spa_look_at_pair(spa, &spa->pairs[i]);
			spa_look_for_losses(spa, &spa->pairs[i]);
		}
	}
	mutex_unlock(&spa->rings_lock);
	return lost;
}

static void spa_look_at_queues(struct spa *spa)
{
	bool lost = spa_look_at_admin(spa);

	lost |= spa_look_at_pk(spa);
	lost |= spa_look_at_pairs(spa);
	if (!lost)
		return;
	spa_count(spa, SPA_COUNT_IRQS_LOST);
	if (spa_tally(&spa->watch.irqs, SPA_IRQS_MANY, SPA_IRQS_WINDOW))
		spa_health_fault(spa, SPA_FAULT_IRQS);
}

/* ---- What only the card can say ---- */

static void spa_audit_done(struct spa *spa, struct spa_cmd *cmd, int err)
{
	struct spa_watch *h = &spa->watch;

	if (err != -ECANCELED && err != -ENODEV)
		WRITE_ONCE(h->answered, true);
	/* It may have been deleted between the question and the answer; then it is not in our table either. */
	if ((err == -ENOENT || err == -ESTALE) &&
	    spa_sa_exists(spa, le32_to_cpu(cmd->desc.index), le32_to_cpu(cmd->desc.generation)))
		spa_health_fault(spa, SPA_FAULT_FORGOTTEN);
	smp_store_release(&h->auditing, false);
}

/* Asks for one SA, or just for an answer. A card that has lost all SAs is found out at once, one that loses some in time. */
static void spa_audit(struct spa *spa)
{
	struct spa_watch *h = &spa->watch;
	struct spa_admin_cmd *desc = &h->audit.desc;
	unsigned long index = READ_ONCE(h->audit_next);
	u32 generation;

	if (smp_load_acquire(&h->auditing))
		return;
	*desc = (struct spa_admin_cmd){ .opcode = cpu_to_le16(SPA_CMD_NOP) };
	if (spa_sa_next(spa, &index, &generation)) {
		WRITE_ONCE(h->audit_next, index + 1);
		*desc = (struct spa_admin_cmd){
			.opcode = cpu_to_le16(SPA_CMD_SA_READ),
			.index = cpu_to_le32(index),
			.generation = cpu_to_le32(generation),
			.length = cpu_to_le32(sizeof(struct spa_sa_stats)),
			.addr = cpu_to_le64(h->audit_dma),
		};
	}
	h->audit.done = spa_audit_done;
	h->auditing = true;
	spa_admin_submit(spa, &h->audit);
}

static void spa_health_watch(struct work_struct *work)
{
	struct spa_watch *h = container_of(to_delayed_work(work), struct spa_watch, watch);
	struct spa *spa = container_of(h, struct spa, watch);

	if (READ_ONCE(spa->state) == SPA_RUNNING && spa_look_at_registers(spa)) {
		spa_look_at_queues(spa);
		spa_audit(spa);
	}
	spin_lock_irq(&h->lock);
	if (!h->stopped)
		queue_delayed_work(system_freezable_wq, &h->watch, SPA_LOOK);
	spin_unlock_irq(&h->lock);
}

/* ---- Making and unmaking ---- */

int spa_health_init(struct spa *spa)
{
	struct spa_watch *h = &spa->watch;

	spin_lock_init(&h->lock);
	INIT_DELAYED_WORK(&h->watch, spa_health_watch);
	INIT_WORK(&h->report, spa_health_report);
	h->stopped = true;
	h->audit_buffer = dma_alloc_coherent(spa->dev, SPA_ADMIN_DATA, &h->audit_dma, GFP_KERNEL);
	return h->audit_buffer ? 0 : -ENOMEM;
}

void spa_health_free(struct spa *spa)
{
	struct spa_watch *h = &spa->watch;

	dma_free_coherent(spa->dev, SPA_ADMIN_DATA, h->audit_buffer, h->audit_dma);
}

void spa_health_start(struct spa *spa)
{
	struct spa_watch *h = &spa->watch;

	spin_lock_irq(&h->lock);
	h->stopped = false;
	queue_delayed_work(system_freezable_wq, &h->watch, SPA_LOOK);
	spin_unlock_irq(&h->lock);
}

void spa_health_stop(struct spa *spa)
{
	struct spa_watch *h = &spa->watch;

	spin_lock_irq(&h->lock);
	h->stopped = true;
	spin_unlock_irq(&h->lock);
	cancel_delayed_work_sync(&h->watch);
	cancel_work_sync(&h->report);
}

void spa_health_reset(struct spa *spa)
{
	struct spa_watch *h = &spa->watch;
	u32 i;

	spin_lock_irq(&h->lock);
	h->faults = 0;
	h->reported = false;
	h->nonsense.count = 0;
	spin_unlock_irq(&h->lock);
	h->irqs.count = 0;
	h->beatless = 0;
	h->mute = 0;
	h->admin.looks = 0;
	h->pk.looks = 0;
	for (i = 0; i < spa->max_pairs; i++) {
		spa->pairs[i].tx_progress.looks = 0;
		spa->pairs[i].rx_progress.looks = 0;
		spa->pairs[i].rx_losing = 0;
	}
}
