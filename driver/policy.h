/* SPDX-License-Identifier: GPL-2.0-only */
/* Policies in the card (packet mode), and their shadow in the driver. */
#ifndef SPA_DRIVER_POLICY_H
#define SPA_DRIVER_POLICY_H

#include <linux/types.h>

struct netlink_ext_ack;
struct spa;
struct spa_selector;
struct xfrm_policy;
struct xfrm_selector;

void spa_policy_table_init(struct spa *spa);
void spa_policy_table_destroy(struct spa *spa);
u32 spa_policy_count(struct spa *spa);

/* Process context; waits for a card that is just being reset. */
int spa_policy_add(struct spa *spa, struct xfrm_policy *xp, struct netlink_ext_ack *extack);
/* Any context; as often as one likes. */
void spa_policy_delete(struct spa *spa, struct xfrm_policy *xp);

/* With an empty table in the card, and nobody adding: programs every policy again. */
int spa_policy_replay(struct spa *spa);

/* The kernel's selector as the card understands it; family 0 fits every packet. */
void spa_selector_set(struct spa_selector *hw, const struct xfrm_selector *sel);

#endif
