// SPDX-License-Identifier: GPL-2.0-only
/* The port: what it lets in, its station address, its link. */
#include <linux/netdevice.h>

#include "port.h"
#include "spa.h"

static int spa_port_set(struct spa *spa)
{
	struct spa_admin_cmd cmd = { .opcode = cpu_to_le16(SPA_CMD_PORT_SET) };
	u64 arg = 0;
	int err;

	mutex_lock(&spa->port_lock);
	if (spa->port_up) {
		arg |= SPA_PORT_UP;
		if (spa->netdev->flags & IFF_PROMISC)
			arg |= SPA_PORT_PROMISC;
		if (spa->netdev->flags & IFF_ALLMULTI || !netdev_mc_empty(spa->netdev))
			arg |= SPA_PORT_ALLMULTI;
	}
	cmd.arg = cpu_to_le64(arg);
	err = spa_admin_exec(spa, &cmd, NULL);
	mutex_unlock(&spa->port_lock);
	return err;
}

int spa_port_up(struct spa *spa, bool up)
{
	mutex_lock(&spa->port_lock);
	spa->port_up = up;
	mutex_unlock(&spa->port_lock);
	return spa_port_set(spa);
}

void spa_port_work(struct work_struct *work)
{
	struct spa *spa = container_of(work, struct spa, port_work);
	int err = spa_port_set(spa);

	/* While it is being reset it cannot be told, and afterwards it is told anyway. */
	if (err && err != -ENODEV && err != -EAGAIN && err != -ECANCELED)
		netdev_warn(spa->netdev, "the receive filter was not set: %d\n", err);
}

int spa_port_set_mac(struct spa *spa, const u8 *mac)
{
	struct spa_admin_cmd cmd = { .opcode = cpu_to_le16(SPA_CMD_MAC_SET) };
	u64 arg = 0;
	int i;

	for (i = 0; i < ETH_ALEN; i++)
		arg |= (u64)mac[i] << (8 * i);
	cmd.arg = cpu_to_le64(arg);
	return spa_admin_exec(spa, &cmd, NULL);
}

void spa_port_link_changed(struct spa *spa)
{
	if (!READ_ONCE(spa->port_up))
		return;
	if (spa_hw_link(spa, NULL))
		netif_carrier_on(spa->netdev);
	else
		netif_carrier_off(spa->netdev);
}
