// SPDX-License-Identifier: GPL-2.0-only
/* Tags: what a command carries so that its completion, in whatever order and however wrong, finds its owner. */
#include <linux/bitmap.h>
#include <linux/slab.h>

#include "tags.h"

/* Low half: the slot. High half: a sequence number, so that a stale completion cannot hit the slot's next user. */
#define SPA_TAG_SLOT(tag) ((u32)((tag) & 0xffffffffu))

int spa_tags_init(struct spa_tags *t, u32 count)
{
	memset(t, 0, sizeof(*t));
	t->count = count;
	t->owners = kcalloc(count, sizeof(*t->owners), GFP_KERNEL);
	t->tags = kcalloc(count, sizeof(*t->tags), GFP_KERNEL);
	t->used = bitmap_zalloc(count, GFP_KERNEL);
	if (t->owners && t->tags && t->used)
		return 0;
	spa_tags_free(t);
	return -ENOMEM;
}

void spa_tags_free(struct spa_tags *t)
{
	bitmap_free(t->used);
	kfree(t->tags);
	kfree(t->owners);
	memset(t, 0, sizeof(*t));
}

u64 spa_tags_give(struct spa_tags *t, void *owner)
{
	u32 slot = find_first_zero_bit(t->used, t->count);
	u64 tag = ++t->sequence << 32 | slot;

	__set_bit(slot, t->used);
	t->in_use++;
	t->owners[slot] = owner;
	t->tags[slot] = tag;
	return tag;
}

void *spa_tags_take(struct spa_tags *t, u64 tag)
{
	u32 slot = SPA_TAG_SLOT(tag);

	if (slot >= t->count || !test_bit(slot, t->used) || t->tags[slot] != tag)
		return NULL;
	__clear_bit(slot, t->used);
	t->in_use--;
	return t->owners[slot];
}

void *spa_tags_take_any(struct spa_tags *t)
{
	u32 slot = find_first_bit(t->used, t->count);

	return slot < t->count ? spa_tags_take(t, t->tags[slot]) : NULL;
}
