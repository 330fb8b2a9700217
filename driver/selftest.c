// SPDX-License-Identifier: GPL-2.0-only
/* What ethtool -t does: the card's registers, interrupts and way to memory, and SAs that come and go. */
#include <linux/ethtool.h>
#include <linux/netdevice.h>

#include "recover.h"
#include "sa.h"
#include "selftest.h"
#include "spa.h"

#define SPA_SELFTEST_SAS 64

static int spa_selftest_registers(struct spa *spa)
{
	return spa_hw_identify(spa) ?: spa_hw_same_limits(spa);
}

static int spa_selftest_interrupts(struct spa *spa)
{
	return spa_irq_test(spa) ?: spa_irq_test_pairs(spa);
}

static int spa_selftest_sas(struct spa *spa)
{
	int err, i;

	if (!spa->limits.sas)
		return 0;
	for (i = 0; i < SPA_SELFTEST_SAS; i++) {
		err = spa_sa_try(spa, i);
		if (err) {
			netdev_err(spa->netdev, "self-test: SA %d of %d: %d\n", i + 1, SPA_SELFTEST_SAS, err);
			return err;
		}
	}
	return 0;
}

static const struct {
	char name[ETH_GSTRING_LEN];
	bool offline; /* disturbs traffic, or takes long */
	int (*run)(struct spa *spa);
} spa_selftests[] = {
	{ "Registers (online)", false, spa_selftest_registers },
	{ "Interrupts (online)", false, spa_selftest_interrupts },
	{ "Registers and DMA (offline)", true, spa_hw_test },
	{ "SA add and delete (offline)", true, spa_selftest_sas },
};

int spa_selftest_count(void)
{
	return ARRAY_SIZE(spa_selftests);
}

void spa_selftest_strings(u8 *names)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(spa_selftests); i++)
		memcpy(names + i * ETH_GSTRING_LEN, spa_selftests[i].name, ETH_GSTRING_LEN);
}

void spa_selftest(struct net_device *netdev, struct ethtool_test *test, u64 *results)
{
	struct spa *spa = netdev_priv(netdev);
	bool offline = test->flags & ETH_TEST_FL_OFFLINE;
	int err, i;

	err = spa_hw_alive(spa);
	for (i = 0; i < ARRAY_SIZE(spa_selftests); i++) {
		results[i] = 0;
		if (spa_selftests[i].offline && !offline)
			continue;
		if (err || spa_selftests[i].run(spa)) {
			results[i] = 1;
			test->flags |= ETH_TEST_FL_FAILED;
		}
	}
}
