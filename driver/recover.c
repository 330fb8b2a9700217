// SPDX-License-Identifier: GPL-2.0-only
/* One way down and one way up again, for every reason: a card that failed, a function-level reset, system sleep. */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#include "devlink.h"
#include "genl.h"
#include "health.h"
#include "netdev.h"
#include "pka.h"
#include "policy.h"
#include "recover.h"
#include "sa.h"
#include "spa.h"

/* Locks, from the outside in: devlink's, card_lock, rtnl, table_sem. */

#define SPA_ATTEMPTS 5
#define SPA_FIRST_PAUSE (HZ / 4)
/* So many recoveries without an order within so long. */
#define SPA_RECENT_MAX 10
#define SPA_RECENT (600 * HZ)

void spa_recover_init(struct spa *spa)
{
	mutex_init(&spa->card_lock);
	init_rwsem(&spa->table_sem);
	init_waitqueue_head(&spa->state_changed);
	spa->state = SPA_STARTING;
}

void spa_set_state(struct spa *spa, enum spa_state state)
{
	enum spa_state before = spa->state;

	WRITE_ONCE(spa->state, state);
	wake_up_all(&spa->state_changed);
	if (before != state && before != SPA_STARTING)
		spa_genl_state(spa, state);
}

int spa_lock_running_now(struct spa *spa)
{
	int err = 0;

	down_read(&spa->table_sem);
	if (spa->state == SPA_RESTING || spa->state == SPA_ASLEEP)
		err = -EAGAIN;
	else if (spa->state == SPA_DEAD)
		err = -ENODEV;
	if (err)
		up_read(&spa->table_sem);
	return err;
}

int spa_lock_running(struct spa *spa)
{
	int err;

	do {
		if (wait_event_killable(spa->state_changed, READ_ONCE(spa->state) != SPA_RESTING &&
					READ_ONCE(spa->state) != SPA_ASLEEP))
			return -ERESTARTSYS;
		err = spa_lock_running_now(spa);
	} while (err == -EAGAIN);
	return err;
}

void spa_unlock_running(struct spa *spa)
{
	up_read(&spa->table_sem);
}

/* ---- Down ---- */

void spa_cut_off(struct spa *spa)
{
	spa_hw_silence(spa);
	spa_admin_abort(spa, -ECANCELED);
}

/* Everything stops; what was in flight is given back. Holds card_lock. */
static void spa_rest(struct spa *spa, enum spa_state state)
{
	spa_set_state(spa, state);
	/* First, because somebody may hold rtnl and wait for the card's answer. */
	spa_cut_off(spa);
	spa_events_pause(spa);
	spa_pka_pause(spa);
	rtnl_lock();
	spa_netdev_pause(spa);
	rtnl_unlock();
}

/* ---- Up ---- */

static int spa_card_wake(struct spa *spa)
{
	int err;

	spa_hw_unsilence(spa);
	err = spa_hw_alive(spa) ?: spa_hw_reset(spa);
	if (err) {
		/* Deaf to its register: perhaps not to its bus. */
		err = spa_hw_function_reset(spa);
		if (err)
			return err;
		spa_hw_unsilence(spa);
		err = spa_hw_reset(spa);
		if (err)
			return err;
	}
	return spa_hw_identify(spa) ?: spa_hw_same_limits(spa) ?: spa_hw_test(spa) ?: spa_irq_test(spa);
}

static int spa_queues_wake(struct spa *spa)
{
	int err;

	spa_write(spa, SPA_REG_CONTROL, SPA_CONTROL_ENABLE);
	err = spa_admin_resume(spa);
	if (err)
		return err;
	err = spa_events_resume(spa);
	if (err)
		return err;
	return spa_shadow_start(spa) ?: spa_netdev_restore_mac(spa);
}

/* One attempt. Nobody adds SAs meanwhile; deletions are in order with the replay. Holds card_lock. */
static int spa_revive(struct spa *spa, int *sas)
{
	int err;

	down_write(&spa->table_sem);
	err = spa_card_wake(spa) ?: spa_queues_wake(spa);
	if (!err) {
		*sas = spa_sa_replay(spa);
		err = min(*sas, 0);
	}
	if (!err)
		err = spa_policy_replay(spa) ?: spa_pka_resume(spa);
	/* Before the interface is up again, which may ask the card for this and that. */
	if (!err)
		spa_set_state(spa, SPA_RUNNING);
	up_write(&spa->table_sem);
	if (err)
		return err;
	rtnl_lock();
	err = spa_netdev_resume(spa);
	rtnl_unlock();
	return err;
}

static void spa_give_up(struct spa *spa, const char *why)
{
	spa_set_state(spa, SPA_DEAD);
	spa_pka_give_up(spa);
	if (!READ_ONCE(spa->unwanted))
		dev_err(spa->dev, "%s: the card stays cut off until \"devlink health recover\" or a new probe\n", why);
}

/* After spa_rest. Holds card_lock. */
static int spa_revive_patiently(struct spa *spa)
{
	unsigned long pause = SPA_FIRST_PAUSE;
	ktime_t began = ktime_get();
	int err, attempt, sas = 0;

	for (attempt = 1;; attempt++) {
		err = spa_revive(spa, &sas);
		if (!err)
			break;
		spa_rest(spa, SPA_RESTING);
		dev_warn(spa->dev, "attempt %d of %d to bring the card back: %d\n", attempt, SPA_ATTEMPTS, err);
		if (attempt == SPA_ATTEMPTS ||
		    wait_event_timeout(spa->state_changed, READ_ONCE(spa->unwanted), pause))
			break;
		pause *= 2;
	}
	if (err) {
		spa_give_up(spa, "it does not come back");
		return err;
	}
	spa->recoveries++;
	spa_health_reset(spa);
	spa_devlink_healthy(spa);
	netdev_info(spa->netdev, "the card runs again after %lld ms, %d SAs were programmed again\n",
		    ktime_ms_delta(ktime_get(), began), sas);
	return 0;
}

/* A card that fails again and again is left alone in the end. */
static bool spa_recover_again(struct spa *spa, bool ordered)
{
	if (ordered || time_after(jiffies, spa->recent_since + SPA_RECENT)) {
		spa->recent_since = jiffies;
		spa->recent_recoveries = 0;
	}
	return spa->recent_recoveries++ < SPA_RECENT_MAX;
}

int spa_recover(struct spa *spa, bool ordered)
{
	int err = -EBUSY;

	mutex_lock(&spa->card_lock);
	if (READ_ONCE(spa->unwanted)) {
		err = -ENODEV;
	} else if (!ordered && !READ_ONCE(spa->watch.reported)) {
		/* What was reported came to an end in a reset while we waited for the lock. */
		err = 0;
	} else if (spa->state == SPA_RUNNING || spa->state == SPA_DEAD) {
		spa_rest(spa, SPA_RESTING);
		if (spa_recover_again(spa, ordered)) {
			err = spa_revive_patiently(spa);
		} else {
			err = -EIO;
			spa_give_up(spa, "it fails again and again");
		}
	}
	mutex_unlock(&spa->card_lock);
	return err;
}

void spa_recover_forbid(struct spa *spa)
{
	WRITE_ONCE(spa->unwanted, true);
	wake_up_all(&spa->state_changed);
	/* Whoever is in it still, is out soon. */
	mutex_lock(&spa->card_lock);
	mutex_unlock(&spa->card_lock);
}

void spa_sleep(struct spa *spa)
{
	mutex_lock(&spa->card_lock);
	if (spa->state == SPA_RUNNING)
		spa_rest(spa, SPA_ASLEEP);
	mutex_unlock(&spa->card_lock);
}

int spa_wake(struct spa *spa)
{
	int err = 0;

	mutex_lock(&spa->card_lock);
	if (spa->state == SPA_ASLEEP) {
		spa_set_state(spa, SPA_RESTING);
		err = spa_revive_patiently(spa);
	}
	mutex_unlock(&spa->card_lock);
	return err;
}
