// SPDX-License-Identifier: GPL-2.0-only
/* ethtool: what it shows (-i, -S, link and speed), tests (-t) and sets (-G, -L, -C, -X). */
#include <linux/ethtool.h>

#include "compat/rxfh.h"
#include "ethtool.h"
#include "netdev.h"
#include "rss.h"
#include "sa.h"
#include "selftest.h"
#include "spa.h"
#include "tx.h"

/* The card's own counters, in the order in which ethtool -S prints them. */
#define SPA_PORT_COUNTERS_LIST(X)	\
	X(rx_frames) X(rx_bytes) X(rx_no_buffer) X(rx_too_long)	\
	X(rx_esp_ok) X(rx_esp_auth) X(rx_esp_replay) X(rx_esp_format) X(rx_esp_no_sa)	\
	X(tx_frames) X(tx_bytes) X(tx_errors) X(tx_esp_ok) X(tx_esp_errors)	\
	X(pk_done) X(pk_errors)	\
	X(tx_tso_frames) X(tx_tso_segments) X(rx_csum_ok)	\
	X(tx_packet_protected) X(tx_packet_bypassed) X(tx_packet_blocked) X(tx_packet_no_sa)	\
	X(rx_packet_ok) X(rx_packet_selector) X(rx_packet_blocked)	\
	X(events_lost) X(interrupts)

static const char spa_counter_names[][ETH_GSTRING_LEN] = {
#define SPA_X(name) #name,
	SPA_PORT_COUNTERS_LIST(SPA_X)
#undef SPA_X
#define SPA_X(name, text) #text,
	SPA_POLL_COUNTERS_LIST(SPA_X)
	SPA_XMIT_COUNTERS_LIST(SPA_X)
	SPA_CARD_COUNTERS_LIST(SPA_X)
#undef SPA_X
};

/* How full the table of SAs is, and how large. */
static const char spa_gauge_names[][ETH_GSTRING_LEN] = { "drv_sas", "drv_sas_max" };
#define SPA_FIXED_STATS (ARRAY_SIZE(spa_counter_names) + ARRAY_SIZE(spa_gauge_names))

/* And those of each pair, "q3_rx_packets". */
static const char *const spa_pair_counter_names[] = { "rx_packets", "tx_packets", "irqs" };

static void spa_get_drvinfo(struct net_device *netdev, struct ethtool_drvinfo *info)
{
	struct spa *spa = netdev_priv(netdev);

	strscpy(info->driver, SPA_DRIVER_NAME, sizeof(info->driver));
	strscpy(info->bus_info, pci_name(spa->pdev), sizeof(info->bus_info));
	/* The version of the interface that the card speaks; `version` is the kernel's, as for every driver. */
	snprintf(info->fw_version, sizeof(info->fw_version), "%u.%u", spa->limits.version >> 16,
		 spa->limits.version & 0xffff);
}

static int spa_get_sset_count(struct net_device *netdev, int set)
{
	struct spa *spa = netdev_priv(netdev);

	switch (set) {
	case ETH_SS_STATS:
		return SPA_FIXED_STATS + spa->max_pairs * ARRAY_SIZE(spa_pair_counter_names);
	case ETH_SS_TEST:
		return spa_selftest_count();
	default:
		return -EOPNOTSUPP;
	}
}

static void spa_get_stats_strings(struct spa *spa, u8 *names)
{
	u32 pair, i;

	memcpy(names, spa_counter_names, sizeof(spa_counter_names));
	names += sizeof(spa_counter_names);
	memcpy(names, spa_gauge_names, sizeof(spa_gauge_names));
	names += sizeof(spa_gauge_names);
	for (pair = 0; pair < spa->max_pairs; pair++)
		for (i = 0; i < ARRAY_SIZE(spa_pair_counter_names); i++)
			ethtool_sprintf(&names, "q%u_%s", pair, spa_pair_counter_names[i]);
}

static void spa_get_strings(struct net_device *netdev, u32 set, u8 *names)
{
	if (set == ETH_SS_STATS)
		spa_get_stats_strings(netdev_priv(netdev), names);
	else if (set == ETH_SS_TEST)
		spa_selftest_strings(names);
}

static u64 *spa_get_pair_stats(const struct spa_pair *pair, u64 *v)
{
	*v++ = spa_counter_read(&pair->poll.sync, &pair->poll.v[SPA_COUNT_RX_PACKETS]);
	*v++ = spa_counter_read(&pair->xmit.sync, &pair->xmit.v[SPA_COUNT_TX_PACKETS]);
	*v++ = READ_ONCE(pair->irqs);
	return v;
}

static void spa_get_ethtool_stats(struct net_device *netdev, struct ethtool_stats *stats, u64 *v)
{
	struct spa_admin_cmd cmd = { .opcode = cpu_to_le16(SPA_CMD_STATS_READ) };
	struct spa *spa = netdev_priv(netdev);
	struct spa_port_stats port = {};
	struct spa_exec_data data = { .out = &port, .length = sizeof(port) };
	u32 i;
	int err;

	/* Without an answer the card's own counters read zero and the driver's are still true. */
	err = spa_admin_exec(spa, &cmd, &data);
	if (err)
		netdev_warn(netdev, "the card's counters were not read: %d\n", err);
#define SPA_X(name) *v++ = le64_to_cpu(port.name);
	SPA_PORT_COUNTERS_LIST(SPA_X)
#undef SPA_X
	for (i = 0; i < SPA_POLL_COUNTERS; i++)
		*v++ = spa_netdev_poll_total(spa, i);
	for (i = 0; i < SPA_XMIT_COUNTERS; i++)
		*v++ = spa_netdev_xmit_total(spa, i);
	for (i = 0; i < SPA_CARD_COUNTERS; i++)
		*v++ = atomic64_read(&spa->counters[i]);
	*v++ = spa_sa_count(spa);
	*v++ = spa->limits.sas;
	for (i = 0; i < spa->max_pairs; i++)
		v = spa_get_pair_stats(&spa->pairs[i], v);
}

static int spa_get_link_ksettings(struct net_device *netdev, struct ethtool_link_ksettings *cmd)
{
	struct spa *spa = netdev_priv(netdev);
	u32 speed;

	ethtool_link_ksettings_zero_link_mode(cmd, supported);
	cmd->base.port = PORT_OTHER;
	cmd->base.autoneg = AUTONEG_DISABLE;
	if (spa_hw_link(spa, &speed)) {
		cmd->base.speed = speed;
		cmd->base.duplex = DUPLEX_FULL;
	} else {
		cmd->base.speed = SPEED_UNKNOWN;
		cmd->base.duplex = DUPLEX_UNKNOWN;
	}
	return 0;
}

/* ---- Rings, channels, interrupts ---- */

static void spa_get_ringparam(struct net_device *netdev, struct ethtool_ringparam *ring,
			      struct kernel_ethtool_ringparam *kernel_ring, struct netlink_ext_ack *extack)
{
	struct spa *spa = netdev_priv(netdev);

	ring->rx_max_pending = spa->limits.ring;
	ring->tx_max_pending = spa->limits.ring;
	ring->rx_pending = spa->rx_entries;
	ring->tx_pending = spa->tx_entries;
}

static int spa_set_ringparam(struct net_device *netdev, struct ethtool_ringparam *ring,
			     struct kernel_ethtool_ringparam *kernel_ring, struct netlink_ext_ack *extack)
{
	struct spa *spa = netdev_priv(netdev);
	struct spa_rings_shape shape = { .pairs = spa->nr_pairs };

	if (ring->rx_mini_pending || ring->rx_jumbo_pending)
		return -EINVAL;
	if (ring->rx_pending < SPA_RING_MIN || ring->tx_pending < SPA_TX_ENTRIES_MIN) {
		NL_SET_ERR_MSG_MOD(extack, "A ring of so few entries would hold no frame of many pieces");
		return -EINVAL;
	}
	/* The core has checked the upper limits, which are powers of two. */
	shape.rx_entries = roundup_pow_of_two(ring->rx_pending);
	shape.tx_entries = roundup_pow_of_two(ring->tx_pending);
	return spa_netdev_reshape(spa, &shape);
}

static void spa_get_channels(struct net_device *netdev, struct ethtool_channels *channels)
{
	struct spa *spa = netdev_priv(netdev);

	channels->max_combined = spa->max_pairs;
	channels->combined_count = spa->nr_pairs;
	/* Admin and events, and the public keys. */
	channels->max_other = SPA_VECTOR_PAIR(0);
	channels->other_count = SPA_VECTOR_PAIR(0);
}

static int spa_set_channels(struct net_device *netdev, struct ethtool_channels *channels)
{
	struct spa *spa = netdev_priv(netdev);
	struct spa_rings_shape shape = {
		.pairs = channels->combined_count,
		.rx_entries = spa->rx_entries,
		.tx_entries = spa->tx_entries,
	};

	if (!channels->combined_count || channels->rx_count || channels->tx_count ||
	    channels->other_count != SPA_VECTOR_PAIR(0))
		return -EINVAL;
	return spa_netdev_reshape(spa, &shape);
}

static int spa_get_coalesce(struct net_device *netdev, struct ethtool_coalesce *c,
			    struct kernel_ethtool_coalesce *kernel_c, struct netlink_ext_ack *extack)
{
	struct spa *spa = netdev_priv(netdev);

	if (!(spa->limits.features & SPA_FEATURE_COALESCE))
		return -EOPNOTSUPP;
	c->rx_coalesce_usecs = spa->rx_coalesce.usecs;
	c->rx_max_coalesced_frames = spa->rx_coalesce.frames;
	c->tx_coalesce_usecs = spa->tx_coalesce.usecs;
	c->tx_max_coalesced_frames = spa->tx_coalesce.frames;
	return 0;
}

static int spa_set_coalesce(struct net_device *netdev, struct ethtool_coalesce *c,
			    struct kernel_ethtool_coalesce *kernel_c, struct netlink_ext_ack *extack)
{
	struct spa *spa = netdev_priv(netdev);

	if (!(spa->limits.features & SPA_FEATURE_COALESCE))
		return -EOPNOTSUPP;
	if (max(c->rx_coalesce_usecs, c->tx_coalesce_usecs) > SPA_COALESCE_USECS ||
	    max(c->rx_max_coalesced_frames, c->tx_max_coalesced_frames) > U8_MAX) {
		NL_SET_ERR_MSG_MOD(extack, "The card counts to 65535 microseconds and 255 frames");
		return -EINVAL;
	}
	spa->rx_coalesce = (struct spa_coalesce){ c->rx_coalesce_usecs, c->rx_max_coalesced_frames };
	spa->tx_coalesce = (struct spa_coalesce){ c->tx_coalesce_usecs, c->tx_max_coalesced_frames };
	spa_netdev_coalesce(spa);
	return 0;
}

static const struct ethtool_ops spa_ethtool_ops = {
	.supported_coalesce_params = ETHTOOL_COALESCE_USECS | ETHTOOL_COALESCE_MAX_FRAMES,
	.get_drvinfo = spa_get_drvinfo,
	.self_test = spa_selftest,
	.get_ringparam = spa_get_ringparam,
	.set_ringparam = spa_set_ringparam,
	.get_channels = spa_get_channels,
	.set_channels = spa_set_channels,
	.get_coalesce = spa_get_coalesce,
	.set_coalesce = spa_set_coalesce,
	.get_rxnfc = spa_rss_get_rxnfc,
	.get_rxfh_indir_size = spa_rss_table_size,
	.get_rxfh_key_size = spa_rss_key_size,
	.get_rxfh = spa_get_rxfh,
	.set_rxfh = spa_set_rxfh,
	.get_link = ethtool_op_get_link,
	.get_link_ksettings = spa_get_link_ksettings,
	.get_sset_count = spa_get_sset_count,
	.get_strings = spa_get_strings,
	.get_ethtool_stats = spa_get_ethtool_stats,
};

void spa_ethtool_set_ops(struct net_device *netdev)
{
	netdev->ethtool_ops = &spa_ethtool_ops;
}
