/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/*
 * The generic-netlink family "spa": what a card tells that the kernel has no message for, and how it is.
 *
 * SPA_GENL_CMD_EVENT comes to the multicast group "events", in the network namespace of the card's interface. An event
 * carries IFINDEX, EVENT and what the table says. The card limits the rate of what strangers can cause;
 * SUPPRESSED is how many of the same kind it swallowed since the last one.
 *
 * SPA_GENL_CMD_GET, with IFINDEX or as a dump, is answered with SPA_GENL_CMD_STATE: IFINDEX, STATE, RECOVERIES, SAS,
 * SA_LIMIT, POLICIES, POLICY_LIMIT, HEARTBEAT, VERSION and FEATURES (<spa/hw.h>).
 */
#ifndef SPA_GENL_H
#define SPA_GENL_H

#include <linux/types.h>

#define SPA_GENL_NAME "spa"
#define SPA_GENL_VERSION 1
#define SPA_GENL_GROUP_EVENTS "events"

enum spa_genl_cmd {
	SPA_GENL_CMD_UNSPEC,
	SPA_GENL_CMD_GET,
	SPA_GENL_CMD_STATE,
	SPA_GENL_CMD_EVENT,
};

enum spa_genl_event {
	SPA_GENL_EVENT_UNKNOWN_SPI = 1,    /* SPI, SADDR, DADDR, SEQ, SUPPRESSED */
	SPA_GENL_EVENT_SOFT_EXPIRE = 2,    /* SPI, DADDR */
	SPA_GENL_EVENT_HARD_EXPIRE = 3,    /* SPI, DADDR */
	SPA_GENL_EVENT_AUTH_FAILURE = 4,   /* SPI, SADDR, DADDR, SEQ, SUPPRESSED */
	SPA_GENL_EVENT_REPLAY_FAILURE = 5, /* SPI, SADDR, DADDR, SEQ, SUPPRESSED */
	SPA_GENL_EVENT_SEQ_SOFT = 7,       /* SPI, DADDR: outbound sequence numbers are nearly used up */
	SPA_GENL_EVENT_FAULT = 100,        /* TEXT, ERROR, ERROR_INFO: the card has failed */
	SPA_GENL_EVENT_STATE = 101,        /* STATE: it is being reset, runs again, or is given up */
};

enum spa_genl_state {
	SPA_GENL_STATE_RUNNING = 1,
	SPA_GENL_STATE_RESETTING = 2,
	SPA_GENL_STATE_ASLEEP = 3,
	SPA_GENL_STATE_DEAD = 4, /* cut off; an order through devlink, or a new probe, tries again */
};

enum spa_genl_attr {
	SPA_GENL_A_UNSPEC,
	SPA_GENL_A_IFINDEX,      /* u32 */
	SPA_GENL_A_EVENT,        /* u32, enum spa_genl_event */
	SPA_GENL_A_SPI,          /* u32, network order */
	SPA_GENL_A_SADDR,        /* 4 or 16 octets */
	SPA_GENL_A_DADDR,        /* 4 or 16 octets */
	SPA_GENL_A_SEQ,          /* u32 */
	SPA_GENL_A_SUPPRESSED,   /* u32 */
	SPA_GENL_A_STATE,        /* u32, enum spa_genl_state */
	SPA_GENL_A_TEXT,         /* string */
	SPA_GENL_A_ERROR,        /* u32, enum spa_error */
	SPA_GENL_A_ERROR_INFO,   /* u32 */
	SPA_GENL_A_RECOVERIES,   /* u32: since the driver was loaded */
	SPA_GENL_A_SAS,          /* u32: in the table */
	SPA_GENL_A_SA_LIMIT,     /* u32 */
	SPA_GENL_A_POLICIES,     /* u32 */
	SPA_GENL_A_POLICY_LIMIT, /* u32 */
	SPA_GENL_A_HEARTBEAT,    /* u32 */
	SPA_GENL_A_VERSION,      /* u32, major << 16 | minor */
	SPA_GENL_A_FEATURES,     /* u32, SPA_FEATURE_* */
	SPA_GENL_A_END,
};
#define SPA_GENL_A_MAX (SPA_GENL_A_END - 1)

#endif /* SPA_GENL_H */
