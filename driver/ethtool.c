// SPDX-License-Identifier: GPL-2.0-only
/* What ethtool shows: -i, -S, link and speed. */
#include <linux/ethtool.h>

#include "ethtool.h"
#include "netdev.h"
#include "spa.h"

/* The card's own counters, in the order in which ethtool -S prints them. */
#define SPA_PORT_COUNTERS_LIST(X)	\
	X(rx_frames) X(rx_bytes) X(rx_no_buffer) X(rx_too_long)	\
	X(rx_esp_ok) X(rx_esp_auth) X(rx_esp_replay) X(rx_esp_format) X(rx_esp_no_sa)	\
	X(tx_frames) X(tx_bytes) X(tx_errors) X(tx_esp_ok) X(tx_esp_errors)	\
	X(pk_done) X(pk_errors)

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
	return set == ETH_SS_STATS ? ARRAY_SIZE(spa_counter_names) : -EOPNOTSUPP;
}

static void spa_get_strings(struct net_device *netdev, u32 set, u8 *names)
{
	if (set == ETH_SS_STATS)
		memcpy(names, spa_counter_names, sizeof(spa_counter_names));
}

static void spa_get_ethtool_stats(struct net_device *netdev, struct ethtool_stats *stats, u64 *v)
{
	struct spa_admin_cmd cmd = { .opcode = cpu_to_le16(SPA_CMD_STATS_READ) };
	struct spa *spa = netdev_priv(netdev);
	struct spa_port_stats port = {};
	struct spa_exec_data data = { .out = &port, .length = sizeof(port) };
	int i, err;

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

static const struct ethtool_ops spa_ethtool_ops = {
	.get_drvinfo = spa_get_drvinfo,
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
