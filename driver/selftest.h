/* SPDX-License-Identifier: GPL-2.0-only */
/* What ethtool -t does. */
#ifndef SPA_DRIVER_SELFTEST_H
#define SPA_DRIVER_SELFTEST_H

#include <linux/types.h>

struct ethtool_test;
struct net_device;

int spa_selftest_count(void);
void spa_selftest_strings(u8 *names);
void spa_selftest(struct net_device *netdev, struct ethtool_test *test, u64 *results);

#endif
