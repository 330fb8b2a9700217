/* SPDX-License-Identifier: GPL-2.0-only */
/* The event queue: what the card says unasked. */
#ifndef SPA_DRIVER_EVENTS_H
#define SPA_DRIVER_EVENTS_H

struct spa;

int spa_events_start(struct spa *spa);
void spa_events_stop(struct spa *spa);
/* Around a reset of the card. */
void spa_events_pause(struct spa *spa);
int spa_events_resume(struct spa *spa);
void spa_events_free(struct spa *spa);

/* Takes the events that are there; process context. */
void spa_events_poll(struct spa *spa);

#endif
