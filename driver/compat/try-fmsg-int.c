// SPDX-License-Identifier: GPL-2.0-only
/* Compiles where devlink_fmsg_*_put returns an errno. */
#include <net/devlink.h>

typedef int (*spa_put)(struct devlink_fmsg *, const char *, u32);
spa_put spa_try(void);

spa_put spa_try(void)
{
	return devlink_fmsg_u32_pair_put;
}
