// SPDX-License-Identifier: GPL-2.0-only
/* How received flows spread over the pairs. */
#include <linux/ethtool.h>
#include <linux/netdevice.h>

#include "rss.h"
#include "spa.h"

/* The inner flow where there is one: or a tunnel would be one flow, and one CPU would have it all. */
#define SPA_RSS_DEFAULT \
	(SPA_RSS_IPV4 | SPA_RSS_IPV6 | SPA_RSS_TCP | SPA_RSS_UDP | SPA_RSS_ESP_SPI | SPA_RSS_INNER)

static void spa_rss_deal(struct spa *spa)
{
	u32 i;

	for (i = 0; i < SPA_RSS_TABLE; i++)
		spa->rss.table[i] = ethtool_rxfh_indir_default(i, spa->nr_pairs);
}

void spa_rss_init(struct spa *spa)
{
	spa->rss.flags = cpu_to_le32(SPA_RSS_DEFAULT);
	netdev_rss_key_fill(spa->rss.key, sizeof(spa->rss.key));
	spa_rss_deal(spa);
}

void spa_rss_fit(struct spa *spa)
{
	u32 i;

	/* A table of the operator's stays as long as it can; the default one always uses all pairs. */
	if (netif_is_rxfh_configured(spa->netdev)) {
		for (i = 0; i < SPA_RSS_TABLE && spa->rss.table[i] < spa->nr_pairs; i++)
			;
		if (i == SPA_RSS_TABLE)
			return;
		netdev_warn(spa->netdev, "the indirection table names a pair that is not there any more: dealt out anew\n");
	}
	spa_rss_deal(spa);
}

int spa_rss_program(struct spa *spa)
{
	struct spa_admin_cmd cmd = { .opcode = cpu_to_le16(SPA_CMD_RSS_SET) };
	struct spa_exec_data data = { .in = &spa->rss, .length = sizeof(spa->rss) };

	if (!(spa->limits.features & SPA_FEATURE_RSS))
		return 0;
	return spa_admin_exec(spa, &cmd, &data);
}

void spa_rss_get(struct net_device *netdev, u32 *table, u8 *key)
{
	struct spa *spa = netdev_priv(netdev);
	u32 i;

	for (i = 0; table && i < SPA_RSS_TABLE; i++)
		table[i] = spa->rss.table[i];
	if (key)
		memcpy(key, spa->rss.key, sizeof(spa->rss.key));
}

int spa_rss_set(struct net_device *netdev, const u32 *table, const u8 *key)
{
	struct spa *spa = netdev_priv(netdev);
	struct spa_rss old = spa->rss;
	int err;
	u32 i;

	/* The core has checked that every entry is a pair in use. */
	for (i = 0; table && i < SPA_RSS_TABLE; i++)
		spa->rss.table[i] = table[i];
	if (key)
		memcpy(spa->rss.key, key, sizeof(spa->rss.key));
	err = spa_rss_program(spa);
	if (err)
		spa->rss = old;
	return err;
}

u32 spa_rss_table_size(struct net_device *netdev)
{
	return SPA_RSS_TABLE;
}

u32 spa_rss_key_size(struct net_device *netdev)
{
	return SPA_RSS_KEY;
}

int spa_rss_get_rxnfc(struct net_device *netdev, struct ethtool_rxnfc *info, u32 *rules)
{
	struct spa *spa = netdev_priv(netdev);

	if (info->cmd != ETHTOOL_GRXRINGS)
		return -EOPNOTSUPP;
	info->data = spa->nr_pairs;
	return 0;
}
