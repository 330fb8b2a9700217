/* SPDX-License-Identifier: GPL-2.0-only */
/* The card's registers: access, reset and the self-tests that probe runs. */
#ifndef SPA_DRIVER_HW_H
#define SPA_DRIVER_HW_H

#include <linux/io.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include <spa/hw.h>

struct spa;

/* What the card says about itself, read once after reset and brought into range there. */
struct spa_limits {
	u32 version;
	u32 features;
	u32 sas;
	u32 rx_queues;
	u32 tx_queues;
	u32 pk_queues;
	u32 ring;
	u32 frame;
	u32 keys;
	u32 policies;
	u32 pk_data;
};

u32 spa_read(struct spa *spa, u32 reg);
void spa_write(struct spa *spa, u32 reg, u32 value);

/* 0; -ENODEV once the card does not say its magic word any more: it was pulled or its process has died; -EAGAIN while
 * it is being reset. */
int spa_hw_alive(struct spa *spa);

/* Waits until (register & mask) == value. -ETIMEDOUT, or -ENODEV when the card is gone. May sleep. */
int spa_hw_wait(struct spa *spa, u32 reg, u32 mask, u32 value);

int spa_hw_identify(struct spa *spa);
int spa_hw_reset(struct spa *spa);
int spa_hw_read_limits(struct spa *spa);
/* After a reset: -ENODEV when this is not the card that the driver was loaded for. */
int spa_hw_same_limits(struct spa *spa);
/* Through the configuration space, for a card that does not obey its register. */
int spa_hw_function_reset(struct spa *spa);
int spa_hw_test(struct spa *spa);
void spa_hw_read_mac(struct spa *spa, u8 mac[6]);
bool spa_hw_link(struct spa *spa, u32 *speed);

/* Resets the card, if it can still be told, and cuts it off from memory; and lets it in again. */
void spa_hw_silence(struct spa *spa);
void spa_hw_unsilence(struct spa *spa);

/* After this the card cannot reach memory. For a card that does not stop when it is told to. */
void spa_hw_isolate(struct spa *spa, const char *why);

/* The errno of an enum spa_status; a number that the interface does not know is -EIO. */
int spa_status_errno(u8 status);

#endif
