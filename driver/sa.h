/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Security associations in the card, and their shadow in the driver.
 *
 * An entry lives from state_add until the card has confirmed that the SA is deleted; only then its index is used
 * again. Receive and transmit find entries by index under RCU and believe them only if generation or state agree.
 * The entries are the shadow from which a card that was reset gets its table back.
 */
#ifndef SPA_DRIVER_SA_H
#define SPA_DRIVER_SA_H

#include <linux/kref.h>
#include <linux/rcupdate.h>

#include "admin.h"

struct net_device;
struct netlink_ext_ack;
struct xfrm_state;

struct spa_sa_reader;

struct spa_sa_counts {
	u64 packets;
	u64 bytes;
	u64 seq;
	u64 auth_failures;
	u64 replay_failures;
};

struct spa_sa_entry {
	struct kref ref;
	struct xfrm_state *x;
	u32 index;
	u32 generation;
	bool inbound;
	bool programmed; /* the card has said that it took it */
	bool packet; /* packet mode: what follows is for it alone */
	/* Outbound: sequence numbers that the card may have used for what it was given since `hw` was made. */
	atomic64_t given;
	/* Inbound: the highest sequence number that came up. */
	atomic64_t seen;
	struct spa_sa_reader *reader;
	struct spa_sa_counts counts; /* as the card said last */
	struct spa_sa_counts told;   /* and as the kernel was told; under the state's lock */
	/* What the card was told; the sequence number in it is brought up to date before it is told again. */
	struct spa_sa hw;
	/* Made with the entry, so that deleting needs no memory. */
	struct spa_cmd del;
	struct rcu_head rcu;
};

void spa_sa_table_init(struct spa *spa);
/* After the admin queue has given everything back. */
void spa_sa_table_destroy(struct spa *spa);
u32 spa_sa_count(struct spa *spa);
/* Is there an SA of this index and generation? */
bool spa_sa_exists(struct spa *spa, u32 index, u32 generation);
/* The first SA at or after *index, or the first of all; false when there is none, or the card has not taken it yet. */
bool spa_sa_next(struct spa *spa, unsigned long *index, u32 *generation);
/* The index of the inbound SA of these addresses and SPI, or SPA_SA_NONE. */
u32 spa_sa_find_inbound(struct spa *spa, __be32 spi, const u8 daddr[16]);

/* Fills `hw` in, all but index and generation. -EINVAL, with the reason said, for what the card cannot do. */
int spa_sa_describe(struct spa *spa, const struct xfrm_state *x, struct spa_sa *hw, struct netlink_ext_ack *extack);
/* sa_algorithms.c: its part about keys and algorithms. */
int spa_sa_set_algorithms(struct net_device *netdev, const struct xfrm_state *x, struct spa_sa *hw,
			  struct netlink_ext_ack *extack);
/* The sequence number up to which the kernel has come: sent, or received. */
u64 spa_sa_sequence(const struct xfrm_state *x);

/* Process context. 0, or the reason why the netlink request fails; never a silent fallback to software, which would
 * make two generators of one IV sequence. Waits for a card that is just being reset. */
int spa_sa_add(struct spa *spa, struct xfrm_state *x, struct netlink_ext_ack *extack);
/* Any context; as often as one likes. */
void spa_sa_delete(struct spa *spa, struct xfrm_state *x);

/* Adds an SA that nobody uses, reads it and deletes it: the self-test. */
int spa_sa_try(struct spa *spa, u32 seed);

/* The entry of a state, or NULL when it has none any more. Under RCU, or while nobody else can delete the state. */
struct spa_sa_entry *spa_sa_of_state(struct spa *spa, const struct xfrm_state *x);

/* Gives a reference back; the last one frees entry and index. Any context. */
void spa_sa_put(struct spa *spa, struct spa_sa_entry *entry);

/* sa_stats.c. In packet mode the card counts: under the state's lock, the kernel's numbers are brought up to date. */
void spa_sa_update_stats(struct spa *spa, struct xfrm_state *x);
/* A limit was reached, says the card: the kernel is to look. Process context. */
void spa_sa_expired(struct spa *spa, u32 index, u32 generation);
int spa_sa_reader_new(struct spa *spa, struct spa_sa_entry *entry);
void spa_sa_reader_free(struct spa *spa, struct spa_sa_entry *entry);

/* Inbound, packet mode: a packet with this number, of which the lower half is known, goes up to the stack. */
void spa_sa_seen(struct spa_sa_entry *entry, u32 low);

/* The command that adds the entry, but for the address of the data. */
void spa_sa_fill_add(const struct spa_sa_entry *entry, struct spa_admin_cmd *cmd);

/* With an empty table in the card, and nobody adding: programs every SA again. Returns how many, or an error. */
int spa_sa_replay(struct spa *spa);

#endif
