/* SPDX-License-Identifier: GPL-2.0-only */
/* The generic-netlink family "spa" (<spa/genl.h>). */
#ifndef SPA_DRIVER_GENL_H
#define SPA_DRIVER_GENL_H

#include "health.h"
#include "recover.h"

struct spa;

/* Once a module. */
int spa_genl_register(void);
void spa_genl_unregister(void);

/* To whoever listens; process context. */
void spa_genl_event(struct spa *spa, const struct spa_event *ev);
void spa_genl_fault(struct spa *spa, enum spa_fault fault, u32 error, u32 error_info);
void spa_genl_state(struct spa *spa, enum spa_state state);

#endif
