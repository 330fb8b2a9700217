/* SPDX-License-Identifier: GPL-2.0-only */
/* devlink: what the card is, how it feels, what it looked like when it failed, how full it is. */
#ifndef SPA_DRIVER_DEVLINK_H
#define SPA_DRIVER_DEVLINK_H

#include "health.h"

struct spa;

int spa_devlink_start(struct spa *spa);
void spa_devlink_stop(struct spa *spa);

/* Keeps a picture of the failed card and, unless the operator has switched that off, has it recovered. Sleeps. */
void spa_devlink_report(struct spa *spa, enum spa_fault fault);
/* The card is well again. */
void spa_devlink_healthy(struct spa *spa);

#endif
