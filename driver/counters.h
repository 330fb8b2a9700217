/* SPDX-License-Identifier: GPL-2.0-only */
/* What the driver counts. Each list makes the enum and the names that ethtool -S prints. */
#ifndef SPA_DRIVER_COUNTERS_H
#define SPA_DRIVER_COUNTERS_H

#include <linux/u64_stats_sync.h>

/* Counted by the NAPI poll of a pair. */
#define SPA_POLL_COUNTERS_LIST(X)	\
	X(RX_PACKETS, drv_rx_packets)	\
	X(RX_BYTES, drv_rx_bytes)	\
	X(RX_BAD_LENGTH, drv_rx_bad_length)	\
	X(RX_BAD_INDEX, drv_rx_bad_index)	\
	X(RX_BAD_STATUS, drv_rx_bad_status)	\
	X(RX_NO_MEMORY, drv_rx_no_memory)	\
	X(RX_ESP_OK, drv_rx_esp_ok)	\
	X(RX_ESP_AUTH, drv_rx_esp_auth)	\
	X(RX_ESP_REPLAY, drv_rx_esp_replay)	\
	X(RX_ESP_FORMAT, drv_rx_esp_format)	\
	X(RX_ESP_OTHER, drv_rx_esp_other)	\
	X(RX_ESP_STALE, drv_rx_esp_stale)	\
	X(RX_PACKET_OK, drv_rx_packet_ok)	\
	X(RX_DOORBELLS, drv_rx_doorbells)	\
	X(TX_BAD_INDEX, drv_tx_bad_index)	\
	X(TX_CARD_ERRORS, drv_tx_card_errors)

/* Counted by the transmit path of a pair. */
#define SPA_XMIT_COUNTERS_LIST(X)	\
	X(TX_PACKETS, drv_tx_packets)	\
	X(TX_BYTES, drv_tx_bytes)	\
	X(TX_DOORBELLS, drv_tx_doorbells)	\
	X(TX_TSO, drv_tx_tso)	\
	X(TX_ESP, drv_tx_esp)	\
	X(TX_PACKET, drv_tx_packet)	\
	X(TX_ESP_STALE, drv_tx_esp_stale)	\
	X(TX_TOO_LONG, drv_tx_too_long)	\
	X(TX_MAP_ERRORS, drv_tx_map_errors)	\
	X(TX_DOWN, drv_tx_down)

/* Counted once a card. */
#define SPA_CARD_COUNTERS_LIST(X)	\
	X(CQ_DOORBELLS, drv_cq_doorbells)	\
	X(RESTARTS, drv_restarts)	\
	X(FAULTS, drv_faults)	\
	X(IRQS_LOST, drv_irqs_lost)	\
	X(ADMIN_TIMEOUTS, drv_admin_timeouts)	\
	X(ADMIN_BAD_TAG, drv_admin_bad_tag)	\
	X(SA_ADDED, drv_sa_added)	\
	X(SA_DELETED, drv_sa_deleted)	\
	X(SA_REFUSED, drv_sa_refused)	\
	X(PK_DONE, drv_pk_done)	\
	X(PK_ERRORS, drv_pk_errors)	\
	X(PK_BAD_COMPLETION, drv_pk_bad_completion)	\
	X(EVENT_UNKNOWN_SPI, drv_event_unknown_spi)	\
	X(EVENT_AUTH_FAILURE, drv_event_auth_failure)	\
	X(EVENT_REPLAY_FAILURE, drv_event_replay_failure)	\
	X(EVENT_EXPIRE, drv_event_expire)	\
	X(EVENT_SEQ_SOFT, drv_event_seq_soft)	\
	X(EVENT_LINK, drv_event_link)	\
	X(EVENT_HEALTH, drv_event_health)	\
	X(EVENT_UNKNOWN, drv_event_unknown)

#define SPA_X(name, text) SPA_COUNT_##name,
enum spa_poll_counter { SPA_POLL_COUNTERS_LIST(SPA_X) SPA_POLL_COUNTERS };
enum spa_xmit_counter { SPA_XMIT_COUNTERS_LIST(SPA_X) SPA_XMIT_COUNTERS };
enum spa_card_counter { SPA_CARD_COUNTERS_LIST(SPA_X) SPA_CARD_COUNTERS };
#undef SPA_X

struct spa_poll_counters {
	struct u64_stats_sync sync;
	u64_stats_t v[SPA_POLL_COUNTERS];
};

struct spa_xmit_counters {
	struct u64_stats_sync sync;
	u64_stats_t v[SPA_XMIT_COUNTERS];
};

static inline void spa_count_poll(struct spa_poll_counters *c, enum spa_poll_counter which, u64 n)
{
	u64_stats_update_begin(&c->sync);
	u64_stats_add(&c->v[which], n);
	u64_stats_update_end(&c->sync);
}

static inline void spa_count_xmit(struct spa_xmit_counters *c, enum spa_xmit_counter which, u64 n)
{
	u64_stats_update_begin(&c->sync);
	u64_stats_add(&c->v[which], n);
	u64_stats_update_end(&c->sync);
}

static inline u64 spa_counter_read(const struct u64_stats_sync *sync, const u64_stats_t *v)
{
	unsigned int start;
	u64 n;

	do {
		start = u64_stats_fetch_begin(sync);
		n = u64_stats_read(v);
	} while (u64_stats_fetch_retry(sync, start));
	return n;
}

#endif
