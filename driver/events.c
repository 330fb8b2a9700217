// SPDX-License-Identifier: GPL-2.0-only
/* The event queue: what the card says unasked. Every event is counted, the remarkable ones are logged, rate-limited. */
#include <linux/netdevice.h>

#include "genl.h"
#include "port.h"
#include "sa.h"
#include "spa.h"

#define SPA_EVENT_ENTRIES 256

static void spa_event_addresses(struct spa *spa, const struct spa_event *ev, const char *what)
{
	u32 more = le32_to_cpu(ev->suppressed);

	if (!net_ratelimit())
		return;
	if (ev->family == 4)
		netdev_info(spa->netdev, "%s: %pI4 -> %pI4 SPI %08x sequence %u (%u more)\n", what, ev->saddr,
			    ev->daddr, be32_to_cpu(ev->spi), be32_to_cpu(ev->seq), more);
	else if (ev->family == 6)
		netdev_info(spa->netdev, "%s: %pI6c -> %pI6c SPI %08x sequence %u (%u more)\n", what, ev->saddr,
			    ev->daddr, be32_to_cpu(ev->spi), be32_to_cpu(ev->seq), more);
	else
		netdev_info(spa->netdev, "%s: SPI %08x (%u more)\n", what, be32_to_cpu(ev->spi), more);
}

/* Unknown to the card, but not to us: has it lost the SA? */
static void spa_event_unknown_spi(struct spa *spa, const struct spa_event *ev)
{
	u32 index = spa_sa_find_inbound(spa, ev->spi, ev->daddr);

	if (index != SPA_SA_NONE)
		spa_health_suspect(spa, index);
}

static void spa_event(struct spa *spa, const struct spa_event *ev)
{
	switch (le16_to_cpu(ev->type)) {
	case SPA_EVENT_UNKNOWN_SPI:
		spa_count(spa, SPA_COUNT_EVENT_UNKNOWN_SPI);
		spa_event_unknown_spi(spa, ev);
		spa_event_addresses(spa, ev, "unknown SPI");
		break;
	case SPA_EVENT_AUTH_FAILURE:
		spa_count(spa, SPA_COUNT_EVENT_AUTH_FAILURE);
		spa_event_addresses(spa, ev, "ESP integrity failure");
		break;
	case SPA_EVENT_REPLAY_FAILURE:
		spa_count(spa, SPA_COUNT_EVENT_REPLAY_FAILURE);
		spa_event_addresses(spa, ev, "ESP replay");
		break;
	case SPA_EVENT_SOFT_EXPIRE:
	case SPA_EVENT_HARD_EXPIRE:
		/* In crypto mode the kernel keeps the lifetimes and says so itself. */
		spa_count(spa, SPA_COUNT_EVENT_EXPIRE);
		spa_sa_expired(spa, le32_to_cpu(ev->sa_index), le32_to_cpu(ev->sa_generation));
		break;
	case SPA_EVENT_SEQ_SOFT:
		spa_count(spa, SPA_COUNT_EVENT_SEQ_SOFT);
		break;
	case SPA_EVENT_LINK:
		spa_count(spa, SPA_COUNT_EVENT_LINK);
		spa_port_link_changed(spa);
		return;
	case SPA_EVENT_HEALTH:
		/* Nothing that stopped the card; the watchdog looks for what does. */
		spa_count(spa, SPA_COUNT_EVENT_HEALTH);
		return;
	default:
		spa_count(spa, SPA_COUNT_EVENT_UNKNOWN);
		return;
	}
	spa_genl_event(spa, ev);
}

void spa_events_poll(struct spa *spa)
{
	u32 budget = spa->events.cq.entries;
	struct spa_event ev;

	/* The interrupt's thread and the watchdog. */
	mutex_lock(&spa->events_lock);
	if (!spa->events_paused && !READ_ONCE(spa->gone)) {
		while (budget-- && spa_cq_next(&spa->events, &ev))
			spa_event(spa, &ev);
		spa_cq_arm(&spa->events);
	}
	mutex_unlock(&spa->events_lock);
}

void spa_events_pause(struct spa *spa)
{
	mutex_lock(&spa->events_lock);
	spa->events_paused = true;
	mutex_unlock(&spa->events_lock);
}

int spa_events_resume(struct spa *spa)
{
	int err;

	mutex_lock(&spa->events_lock);
	err = spa_queue_start(&spa->events);
	if (!err) {
		spa->events_paused = false;
		spa_cq_arm(&spa->events);
	}
	mutex_unlock(&spa->events_lock);
	return err;
}

int spa_events_start(struct spa *spa)
{
	struct spa_queue_shape shape = {
		.id = SPA_QUEUE_EVENT,
		.vector = SPA_VECTOR_EVENT,
		.cq_entries = min_t(u32, spa->limits.ring, SPA_EVENT_ENTRIES),
		.cq_stride = sizeof(struct spa_event),
	};
	int err;

	mutex_init(&spa->events_lock);
	err = spa_queue_alloc(spa, &spa->events, &shape);
	if (err)
		return err;
	/* Only now both queues behind the event vector are there for its thread. */
	smp_store_release(&spa->irqs.ready, true);
	err = spa_events_resume(spa);
	if (err) {
		smp_store_release(&spa->irqs.ready, false);
		synchronize_irq(pci_irq_vector(spa->pdev, SPA_VECTOR_EVENT));
		spa_queue_free(&spa->events);
	}
	return err;
}

void spa_events_stop(struct spa *spa)
{
	spa_queue_stop(&spa->events);
}

void spa_events_free(struct spa *spa)
{
	spa_queue_free(&spa->events);
}
