/* SPDX-License-Identifier: GPL-2.0-only */
/* Tags: what a command carries so that its completion, in whatever order and however wrong, finds its owner. */
#ifndef SPA_DRIVER_TAGS_H
#define SPA_DRIVER_TAGS_H

#include <linux/types.h>

struct spa_tags {
	void **owners;
	u64 *tags;
	unsigned long *used;
	u32 count;
	u32 in_use;
	u64 sequence;
};

/* The caller's lock covers everything below but init and free. */
int spa_tags_init(struct spa_tags *t, u32 count);
void spa_tags_free(struct spa_tags *t);

static inline bool spa_tags_full(const struct spa_tags *t)
{
	return t->in_use == t->count;
}

/* There must be room. */
u64 spa_tags_give(struct spa_tags *t, void *owner);
/* The owner, and the tag is free again; NULL for a tag that is not out. */
void *spa_tags_take(struct spa_tags *t, u64 tag);
/* Any owner that still has a tag, or NULL. */
void *spa_tags_take_any(struct spa_tags *t);

#endif
