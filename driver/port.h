/* SPDX-License-Identifier: GPL-2.0-only */
/* The port: what it lets in, its station address, its link. */
#ifndef SPA_DRIVER_PORT_H
#define SPA_DRIVER_PORT_H

#include <linux/types.h>

struct spa;
struct work_struct;

/* Tells the card; waits for its answer. */
int spa_port_up(struct spa *spa, bool up);
/* The receive filter, as the interface's flags want it: the work of spa->port_work. */
void spa_port_work(struct work_struct *work);

int spa_port_set_mac(struct spa *spa, const u8 *mac);

/* The LINK register may read otherwise now. Process context. */
void spa_port_link_changed(struct spa *spa);

#endif
