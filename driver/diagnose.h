/* SPDX-License-Identifier: GPL-2.0-only */
/* What the card says about itself: its health over the admin queue, and a dump that needs no queue. */
#ifndef SPA_DRIVER_DIAGNOSE_H
#define SPA_DRIVER_DIAGNOSE_H

struct devlink_fmsg;
struct spa;

/* Both add what the card says, or nothing where it does not answer. They may sleep. */
void spa_diagnose_health(struct spa *spa, struct devlink_fmsg *fmsg);
void spa_diagnose_dump(struct spa *spa, struct devlink_fmsg *fmsg);

#endif
