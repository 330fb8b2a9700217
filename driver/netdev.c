// SPDX-License-Identifier: GPL-2.0-only
/* The network interface: up and down, settings, statistics. */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "ethtool.h"
#include "netdev.h"
#include "port.h"
#include "rss.h"
#include "spa.h"
#include "tx.h"
#include "xfrm.h"

#define SPA_MTU_MAX 9000
#define SPA_RESTART_DELAY HZ
#define SPA_RX_ENTRIES 512
#define SPA_TX_ENTRIES 512
#define SPA_FRAME_OVERHEAD (ETH_HLEN + VLAN_HLEN)

/* ---- Up and down ---- */

static void spa_rings_set_up(struct spa *spa, bool up)
{
	mutex_lock(&spa->rings_lock);
	spa->rings_up = up;
	mutex_unlock(&spa->rings_lock);
}

static int spa_pairs_start(struct spa *spa)
{
	u32 i;
	int err;

	spa->rx_buffer = spa->netdev->mtu + SPA_FRAME_OVERHEAD;
	for (i = 0; i < spa->nr_pairs; i++) {
		err = spa_pair_start(&spa->pairs[i]);
		if (err)
			goto err_started;
	}
	spa_rings_set_up(spa, true);
	return 0;

err_started:
	while (i--)
		spa_pair_stop(&spa->pairs[i]);
	return err;
}

static void spa_pairs_stop(struct spa *spa)
{
	u32 i;

	spa_rings_set_up(spa, false);
	for (i = 0; i < spa->nr_pairs; i++)
		spa_pair_stop(&spa->pairs[i]);
}

void spa_netdev_coalesce(struct spa *spa)
{
	u32 i;

	for (i = 0; spa->port_up && i < spa->nr_pairs; i++)
		spa_pair_coalesce(&spa->pairs[i]);
}

static int spa_up(struct spa *spa)
{
	int err = spa_hw_alive(spa);

	if (err)
		return err;
	err = spa_pairs_start(spa);
	if (err)
		return err;
	err = spa_rss_program(spa) ?: spa_port_up(spa, true);
	if (err) {
		spa_port_up(spa, false);
		spa_pairs_stop(spa);
		return err;
	}
	/* Woken, not only started: what the stack has held back since they were stopped goes on by itself. */
	netif_tx_wake_all_queues(spa->netdev);
	spa_port_link_changed(spa);
	return 0;
}

static void spa_down(struct spa *spa)
{
	int err;

	netif_tx_disable(spa->netdev);
	netif_carrier_off(spa->netdev);
	/* Should the card not obey, its queues are stopped one by one all the same. */
	err = spa_port_up(spa, false);
	if (err && err != -ENODEV && err != -EAGAIN)
		netdev_warn(spa->netdev, "the port was not taken down: %d\n", err);
	spa_pairs_stop(spa);
}

/* The rings' memory, for all pairs in use. */
static int spa_rings_alloc(struct spa *spa)
{
	u32 i;
	int err;

	for (i = 0; i < spa->nr_pairs; i++) {
		err = spa_pair_alloc(&spa->pairs[i]);
		if (err)
			goto err_allocated;
	}
	return 0;

err_allocated:
	while (i--)
		spa_pair_free(&spa->pairs[i]);
	return err;
}

static void spa_rings_free(struct spa *spa)
{
	u32 i;

	for (i = 0; i < spa->nr_pairs; i++)
		spa_pair_free(&spa->pairs[i]);
}

static int spa_open(struct net_device *netdev)
{
	struct spa *spa = netdev_priv(netdev);
	int err = spa_rings_alloc(spa);

	if (err)
		return err;
	err = spa_up(spa);
	if (err)
		spa_rings_free(spa);
	return err;
}

static int spa_stop(struct net_device *netdev)
{
	struct spa *spa = netdev_priv(netdev);

	/* A restart that failed has already taken it down. */
	if (spa->port_up)
		spa_down(spa);
	spa_rings_free(spa);
	return 0;
}

static int spa_set_shape(struct spa *spa, const struct spa_rings_shape *shape)
{
	int err = netif_set_real_num_queues(spa->netdev, shape->pairs, shape->pairs);

	if (err)
		return err;
	spa->nr_pairs = shape->pairs;
	spa_rss_fit(spa);
	spa->rx_entries = shape->rx_entries;
	spa->tx_entries = shape->tx_entries;
	return 0;
}

/* Neither what was asked for nor what was there before: the watchdog's way is left. */
static void spa_rings_lost(struct spa *spa, int err)
{
	netdev_err(spa->netdev, "the rings did not come back: %d\n", err);
	spa_health_fault(spa, SPA_FAULT_STALL);
}

int spa_netdev_reshape(struct spa *spa, const struct spa_rings_shape *shape)
{
	struct spa_rings_shape old = { spa->nr_pairs, spa->rx_entries, spa->tx_entries };
	bool running = netif_running(spa->netdev);
	int err, worse;

	if (running)
		spa_stop(spa->netdev);
	err = spa_set_shape(spa, shape);
	if (!running)
		return err;
	if (!err)
		err = spa_open(spa->netdev);
	if (!err)
		return 0;
	/* Back to what has worked. */
	worse = spa_set_shape(spa, &old) ?: spa_open(spa->netdev);
	if (worse)
		spa_rings_lost(spa, worse);
	return err;
}

static void spa_restart_work(struct work_struct *work)
{
	struct spa *spa = container_of(to_delayed_work(work), struct spa, restart_work);
	int err = 0;

	rtnl_lock();
	if (netif_running(spa->netdev) && spa->port_up) {
		spa_down(spa);
		err = spa_up(spa);
		spa_count(spa, SPA_COUNT_RESTARTS);
		spa_health_nonsense(spa);
	}
	rtnl_unlock();
	if (err)
		spa_rings_lost(spa, err);
}

void spa_netdev_pause(struct spa *spa)
{
	netif_device_detach(spa->netdev);
	/* The rings begin anew in any case. */
	cancel_delayed_work(&spa->restart_work);
	if (spa->port_up)
		spa_down(spa);
}

int spa_netdev_resume(struct spa *spa)
{
	int err = 0;

	/* There are no rings when there was no memory for those of another shape, nor for the old ones then. */
	if (netif_running(spa->netdev) && !spa->port_up)
		err = spa->pairs[0].tx_slots ? spa_up(spa) : spa_open(spa->netdev);
	if (!err)
		netif_device_attach(spa->netdev);
	return err;
}

int spa_netdev_restore_mac(struct spa *spa)
{
	return spa_port_set_mac(spa, spa->netdev->dev_addr);
}

void spa_restart_later(struct spa *spa, const char *why)
{
	if (schedule_delayed_work(&spa->restart_work, SPA_RESTART_DELAY) && net_ratelimit())
		netdev_warn(spa->netdev, "%s; the rings are restarted\n", why);
}

/* ---- Settings ---- */

static void spa_tx_timeout(struct net_device *netdev, unsigned int queue)
{
	struct spa *spa = netdev_priv(netdev);
	struct spa_pair *pair = &spa->pairs[queue];

	netdev_warn(netdev, "queue %u: %u descriptors are out, the oldest is %u\n", queue, spa_sq_used(&pair->tx),
		    pair->tx.sq.head);
	spa_health_fault(spa, SPA_FAULT_STALL);
}

static int spa_change_mtu(struct net_device *netdev, int mtu)
{
	struct spa *spa = netdev_priv(netdev);
	int old = netdev->mtu;
	int err, worse;

	if (!netif_running(netdev) || !spa->port_up) {
		WRITE_ONCE(netdev->mtu, mtu);
		return 0;
	}
	spa_down(spa);
	WRITE_ONCE(netdev->mtu, mtu);
	err = spa_up(spa);
	if (!err)
		return 0;
	/* Back to what has worked. */
	WRITE_ONCE(netdev->mtu, old);
	worse = spa_up(spa);
	if (worse)
		spa_rings_lost(spa, worse);
	return err;
}

static int spa_set_mac_address(struct net_device *netdev, void *p)
{
	const struct sockaddr *addr = p;
	int err;

	if (!is_valid_ether_addr(addr->sa_data))
		return -EADDRNOTAVAIL;
	err = spa_port_set_mac(netdev_priv(netdev), addr->sa_data);
	if (!err)
		eth_hw_addr_set(netdev, addr->sa_data);
	return err;
}

/* Called with the address list locked, where a command cannot be waited for. */
static void spa_set_rx_mode(struct net_device *netdev)
{
	struct spa *spa = netdev_priv(netdev);

	schedule_work(&spa->port_work);
}

u64 spa_netdev_poll_total(struct spa *spa, enum spa_poll_counter which)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < spa->max_pairs; i++)
		sum += spa_counter_read(&spa->pairs[i].poll.sync, &spa->pairs[i].poll.v[which]);
	return sum;
}

u64 spa_netdev_xmit_total(struct spa *spa, enum spa_xmit_counter which)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < spa->max_pairs; i++)
		sum += spa_counter_read(&spa->pairs[i].xmit.sync, &spa->pairs[i].xmit.v[which]);
	return sum;
}

static void spa_get_stats64(struct net_device *netdev, struct rtnl_link_stats64 *s)
{
	struct spa *spa = netdev_priv(netdev);

	s->rx_packets = spa_netdev_poll_total(spa, SPA_COUNT_RX_PACKETS);
	s->rx_bytes = spa_netdev_poll_total(spa, SPA_COUNT_RX_BYTES);
	s->rx_length_errors = spa_netdev_poll_total(spa, SPA_COUNT_RX_BAD_LENGTH);
	s->rx_errors = s->rx_length_errors + spa_netdev_poll_total(spa, SPA_COUNT_RX_BAD_STATUS);
	s->rx_dropped = spa_netdev_poll_total(spa, SPA_COUNT_RX_ESP_STALE);
	s->tx_packets = spa_netdev_xmit_total(spa, SPA_COUNT_TX_PACKETS);
	s->tx_bytes = spa_netdev_xmit_total(spa, SPA_COUNT_TX_BYTES);
	s->tx_errors = spa_netdev_poll_total(spa, SPA_COUNT_TX_CARD_ERRORS);
	s->tx_dropped = spa_netdev_xmit_total(spa, SPA_COUNT_TX_ESP_STALE) +
			spa_netdev_xmit_total(spa, SPA_COUNT_TX_TOO_LONG) +
			spa_netdev_xmit_total(spa, SPA_COUNT_TX_MAP_ERRORS) +
			spa_netdev_xmit_total(spa, SPA_COUNT_TX_DOWN);
}

static const struct net_device_ops spa_netdev_ops = {
	.ndo_open = spa_open,
	.ndo_stop = spa_stop,
	.ndo_start_xmit = spa_tx_xmit,
	.ndo_features_check = spa_tx_features_check,
	.ndo_tx_timeout = spa_tx_timeout,
	.ndo_change_mtu = spa_change_mtu,
	.ndo_set_mac_address = spa_set_mac_address,
	.ndo_set_rx_mode = spa_set_rx_mode,
	.ndo_fix_features = spa_xfrm_fix_features,
	.ndo_validate_addr = eth_validate_addr,
	.ndo_get_stats64 = spa_get_stats64,
};

bool spa_netdev_is_card(const struct net_device *netdev)
{
	return netdev->netdev_ops == &spa_netdev_ops;
}

/* ---- Making and unmaking ---- */

static void spa_netdev_set_mac(struct spa *spa)
{
	u8 mac[ETH_ALEN];

	spa_hw_read_mac(spa, mac);
	ether_addr_copy(spa->serial, mac);
	if (is_valid_ether_addr(mac)) {
		eth_hw_addr_set(spa->netdev, mac);
		return;
	}
	eth_hw_addr_random(spa->netdev);
	if (spa_port_set_mac(spa, spa->netdev->dev_addr))
		dev_warn(spa->dev, "the card has no address and takes none\n");
}

int spa_netdev_setup(struct spa *spa, u32 pairs)
{
	struct net_device *netdev = spa->netdev;
	u32 i;
	int err;

	spa->pairs = kcalloc(pairs, sizeof(*spa->pairs), GFP_KERNEL);
	if (!spa->pairs)
		return -ENOMEM;
	spa->max_pairs = pairs;
	spa->nr_pairs = min_t(u32, pairs, netif_get_num_default_rss_queues());
	spa_rss_init(spa);
	spa->rx_entries = min_t(u32, spa->limits.ring, SPA_RX_ENTRIES);
	spa->tx_entries = min_t(u32, spa->limits.ring, SPA_TX_ENTRIES);
	mutex_init(&spa->port_lock);
	mutex_init(&spa->rings_lock);
	INIT_WORK(&spa->port_work, spa_port_work);
	INIT_DELAYED_WORK(&spa->restart_work, spa_restart_work);

	netdev->netdev_ops = &spa_netdev_ops;
	spa_ethtool_set_ops(netdev);
	netdev->hw_features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_RXCSUM;
	if (spa->limits.features & SPA_FEATURE_TSO) {
		netdev->hw_features |= NETIF_F_TSO | NETIF_F_TSO6 | NETIF_F_GSO_UDP_L4;
		netif_set_tso_max_segs(netdev, SPA_TX_MAX_SEGMENTS);
	}
	if (spa->limits.features & SPA_FEATURE_RSS)
		netdev->hw_features |= NETIF_F_RXHASH;
	spa_xfrm_setup(spa);
	netdev->features = netdev->hw_features | NETIF_F_HIGHDMA;
	netdev->min_mtu = ETH_MIN_MTU;
	netdev->max_mtu = min_t(u32, SPA_MTU_MAX, spa->limits.frame - SPA_FRAME_OVERHEAD);
	netdev->mtu = min_t(u32, netdev->mtu, netdev->max_mtu);
	netdev->watchdog_timeo = 5 * HZ;
	strscpy(netdev->name, SPA_DRIVER_NAME "%d", sizeof(netdev->name));
	spa_netdev_set_mac(spa);

	err = netif_set_real_num_tx_queues(netdev, spa->nr_pairs) ?:
	      netif_set_real_num_rx_queues(netdev, spa->nr_pairs);
	if (err)
		goto err_pairs;
	for (i = 0; i < pairs; i++) {
		spa->pairs[i].spa = spa;
		spa->pairs[i].index = i;
		u64_stats_init(&spa->pairs[i].poll.sync);
		u64_stats_init(&spa->pairs[i].xmit.sync);
		netif_napi_add(netdev, &spa->pairs[i].napi, spa_pair_poll);
	}
	netif_carrier_off(netdev);
	return 0;

err_pairs:
	kfree(spa->pairs);
	return err;
}

void spa_netdev_cleanup(struct spa *spa)
{
	u32 i;

	cancel_work_sync(&spa->port_work);
	cancel_delayed_work_sync(&spa->restart_work);
	for (i = 0; i < spa->max_pairs; i++)
		netif_napi_del(&spa->pairs[i].napi);
	kfree(spa->pairs);
}
