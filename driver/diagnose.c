// SPDX-License-Identifier: GPL-2.0-only
/* What the card says about itself: its health over the admin queue, and a dump that needs no queue. */
#include <linux/dma-mapping.h>

#include "compat/devlink.h"
#include "diagnose.h"
#include "spa.h"

/* More than a card of the largest tables needs; what it needs, it says. */
#define SPA_DUMP_ROOM (256 * 1024)

void spa_diagnose_health(struct spa *spa, struct devlink_fmsg *fmsg)
{
	struct spa_admin_cmd cmd = { .opcode = cpu_to_le16(SPA_CMD_HEALTH_READ) };
	struct spa_health health = {};
	struct spa_exec_data data = { .out = &health, .length = sizeof(health) };

	if (!(spa->limits.features & SPA_FEATURE_HEALTH) || READ_ONCE(spa->state) != SPA_RUNNING ||
	    spa_admin_exec(spa, &cmd, &data))
		return;
	spa_fmsg(devlink_fmsg_pair_nest_start(fmsg, "card"));
	spa_fmsg(devlink_fmsg_obj_nest_start(fmsg));
	spa_fmsg(devlink_fmsg_u32_pair_put(fmsg, "resets", le32_to_cpu(health.resets)));
	spa_fmsg(devlink_fmsg_u32_pair_put(fmsg, "failures", le32_to_cpu(health.failures)));
	spa_fmsg(devlink_fmsg_u32_pair_put(fmsg, "SAs", le32_to_cpu(health.sas)));
	spa_fmsg(devlink_fmsg_u32_pair_put(fmsg, "policies", le32_to_cpu(health.policies)));
	spa_fmsg(devlink_fmsg_u32_pair_put(fmsg, "keys", le32_to_cpu(health.keys)));
	spa_fmsg(devlink_fmsg_u64_pair_put(fmsg, "queues running", le64_to_cpu(health.queues_running)));
	spa_fmsg(devlink_fmsg_u64_pair_put(fmsg, "queues failed", le64_to_cpu(health.queues_error)));
	spa_fmsg(devlink_fmsg_u64_pair_put(fmsg, "events lost", le64_to_cpu(health.events_lost)));
	spa_fmsg(devlink_fmsg_u32_pair_put(fmsg, "latest error", le32_to_cpu(health.last[0].error)));
	spa_fmsg(devlink_fmsg_u32_pair_put(fmsg, "latest error info", le32_to_cpu(health.last[0].info)));
	spa_fmsg(devlink_fmsg_obj_nest_end(fmsg));
	spa_fmsg(devlink_fmsg_pair_nest_end(fmsg));
}

/* Has the card write its dump; the octets written, 0 when it does not. */
static u32 spa_diagnose_dump_to(struct spa *spa, dma_addr_t dma)
{
	u32 length;

	spa_write(spa, SPA_REG_DIAG_ADDR_LO, lower_32_bits(dma));
	spa_write(spa, SPA_REG_DIAG_ADDR_HI, upper_32_bits(dma));
	spa_write(spa, SPA_REG_DIAG_SIZE, SPA_DUMP_ROOM);
	spa_write(spa, SPA_REG_DIAG_CTRL, SPA_DIAG_DUMP);
	/* The read comes back behind the dump. */
	if (spa_read(spa, SPA_REG_DIAG_RESULT) != SPA_OK)
		return 0;
	length = spa_read(spa, SPA_REG_DIAG_LENGTH);
	return length <= SPA_DUMP_ROOM ? length : 0;
}

void spa_diagnose_dump(struct spa *spa, struct devlink_fmsg *fmsg)
{
	dma_addr_t dma;
	void *room;
	u32 length;

	if (!(spa->limits.features & SPA_FEATURE_HEALTH) || READ_ONCE(spa->gone))
		return;
	room = dma_alloc_coherent(spa->dev, SPA_DUMP_ROOM, &dma, GFP_KERNEL);
	if (!room)
		return;
	length = spa_diagnose_dump_to(spa, dma);
	if (length)
		spa_fmsg(devlink_fmsg_binary_pair_put(fmsg, "card dump", room, length));
	dma_free_coherent(spa->dev, SPA_DUMP_ROOM, room, dma);
}
