/* SPDX-License-Identifier: GPL-2.0-only */
/* One way down and one way up again, for every reason: a card that failed, a function-level reset, system sleep. */
#ifndef SPA_DRIVER_RECOVER_H
#define SPA_DRIVER_RECOVER_H

struct spa;

enum spa_state {
	SPA_STARTING, /* until probe is through, and from remove on */
	SPA_RUNNING,
	SPA_RESTING,  /* being reset; will run again, or be dead */
	SPA_ASLEEP,   /* down by order: somebody will say when it is to come back */
	SPA_DEAD,     /* cut off; only an explicit recovery or a new probe tries again */
};

/* Before anything else of the card. */
void spa_recover_init(struct spa *spa);
void spa_set_state(struct spa *spa, enum spa_state state);

/* Resets the card and brings everything back, in several attempts. 0, or why it is dead now. Not ordered by somebody, it
 * is not done without end. Sleeps. */
int spa_recover(struct spa *spa, bool ordered);
/* Makes a recovery that is under way give up; none comes after it. */
void spa_recover_forbid(struct spa *spa);

/* Down before a reset by others or before sleep, and up after it. */
void spa_sleep(struct spa *spa);
int spa_wake(struct spa *spa);

/* The card stops reaching memory, and everybody who waits for an answer gets -ECANCELED. Any number of times. */
void spa_cut_off(struct spa *spa);

/* Holds resets off while the caller programs the card. Waits for one that is under way; -ENODEV when the card is dead,
 * -ERESTARTSYS when the caller is killed. */
int spa_lock_running(struct spa *spa);
/* The same for who holds rtnl, for which a recovery waits in its turn: -EAGAIN when one is under way. */
int spa_lock_running_now(struct spa *spa);
void spa_unlock_running(struct spa *spa);

#endif
