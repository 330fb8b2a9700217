// SPDX-License-Identifier: GPL-2.0-only
/* devlink: what the card is, how it feels, what it looked like when it failed, how full it is. */
#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <linux/slab.h>

#include "compat/devlink.h"
#include "devlink.h"
#include "diagnose.h"
#include "policy.h"
#include "recover.h"
#include "sa.h"
#include "spa.h"

#define SPA_RESOURCE_SAS 1
#define SPA_CRASH_SNAPSHOTS 4
/* The registers, at their offsets: the common ones and the blocks of all queues. */
#define SPA_CRASH_OCTETS SPA_REG_QUEUE(SPA_QUEUES, 0)
#define SPA_CRASH_COMMON 0x100

struct spa_devlink {
	struct spa *spa;
	struct devlink *devlink;
	struct devlink_health_reporter *reporter;
	struct devlink_region *crash;
	struct devlink_region_ops crash_ops;
};

/* ---- Info ---- */

static int spa_devlink_info(struct devlink *devlink, struct devlink_info_req *req, struct netlink_ext_ack *extack)
{
	struct spa_devlink *d = devlink_priv(devlink);
	struct spa *spa = d->spa;
	char text[32];
	int err;

	err = spa_devlink_driver_name(req, SPA_DRIVER_NAME);
	if (err)
		return err;
	/* The address that the card was made with is the only number that no other card has. */
	snprintf(text, sizeof(text), "%pM", spa->serial);
	err = devlink_info_serial_number_put(req, text);
	if (err)
		return err;
	snprintf(text, sizeof(text), "%04x:%04x", spa->pdev->vendor, spa->pdev->device);
	err = devlink_info_version_fixed_put(req, DEVLINK_INFO_VERSION_GENERIC_ASIC_ID, text);
	if (err)
		return err;
	snprintf(text, sizeof(text), "%u", spa->pdev->revision);
	err = devlink_info_version_fixed_put(req, DEVLINK_INFO_VERSION_GENERIC_ASIC_REV, text);
	if (err)
		return err;
	snprintf(text, sizeof(text), "%u.%u", spa->limits.version >> 16, spa->limits.version & 0xffff);
	return devlink_info_version_running_put(req, DEVLINK_INFO_VERSION_GENERIC_FW, text);
}

static const struct devlink_ops spa_devlink_ops = {
	.info_get = spa_devlink_info,
};

/* ---- Health ---- */

static const char *spa_state_text(enum spa_state state)
{
	switch (state) {
	case SPA_RUNNING:
		return "running";
	case SPA_RESTING:
		return "being reset";
	case SPA_ASLEEP:
		return "asleep";
	case SPA_DEAD:
		return "cut off";
	default:
		return "starting";
	}
}

static int spa_devlink_recover(struct devlink_health_reporter *reporter, void *ctx, struct netlink_ext_ack *extack)
{
	struct spa *spa = devlink_health_reporter_priv(reporter);
	int err;

	err = spa_recover(spa, !ctx);
	if (err)
		NL_SET_ERR_MSG_MOD(extack, "The card does not come back; the kernel log says why");
	return err;
}

static int spa_devlink_diagnose(struct devlink_health_reporter *reporter, struct devlink_fmsg *fmsg,
				struct netlink_ext_ack *extack)
{
	struct spa *spa = devlink_health_reporter_priv(reporter);
	struct spa_watch *h = &spa->watch;
	int i;

	spa_fmsg(devlink_fmsg_string_pair_put(fmsg, "state", spa_state_text(READ_ONCE(spa->state))));
	spa_fmsg(devlink_fmsg_u32_pair_put(fmsg, "heartbeat", READ_ONCE(h->heartbeat)));
	spa_fmsg(devlink_fmsg_u32_pair_put(fmsg, "recoveries", READ_ONCE(spa->recoveries)));
	spa_fmsg(devlink_fmsg_u32_pair_put(fmsg, "last error", READ_ONCE(h->error)));
	spa_fmsg(devlink_fmsg_u32_pair_put(fmsg, "last error info", READ_ONCE(h->error_info)));
	spa_fmsg(devlink_fmsg_u32_pair_put(fmsg, "SAs", spa_sa_count(spa)));
	spa_fmsg(devlink_fmsg_u32_pair_put(fmsg, "policies", spa_policy_count(spa)));
	for (i = 0; i < SPA_NR_FAULTS; i++)
		if (h->seen[i])
			spa_fmsg(devlink_fmsg_u64_pair_put(fmsg, spa_fault_text(i), h->seen[i]));
	spa_diagnose_health(spa, fmsg);
	return 0;
}

static void spa_devlink_dump_queue(struct devlink_fmsg *fmsg, const char *name, const struct spa_queue *q)
{
	spa_fmsg(devlink_fmsg_pair_nest_start(fmsg, name));
	spa_fmsg(devlink_fmsg_obj_nest_start(fmsg));
	spa_fmsg(devlink_fmsg_u32_pair_put(fmsg, "queue", q->id));
	spa_fmsg(devlink_fmsg_u32_pair_put(fmsg, "sq head", q->sq.head));
	spa_fmsg(devlink_fmsg_u32_pair_put(fmsg, "sq tail", q->sq.tail));
	spa_fmsg(devlink_fmsg_u32_pair_put(fmsg, "cq head", q->cq.head));
	if (!READ_ONCE(q->spa->gone)) {
		spa_fmsg(devlink_fmsg_u32_pair_put(fmsg, "card status",
						   spa_read(q->spa, SPA_REG_QUEUE(q->id, SPA_QREG_STATUS))));
		spa_fmsg(devlink_fmsg_u32_pair_put(fmsg, "card sq head",
						   spa_read(q->spa, SPA_REG_QUEUE(q->id, SPA_QREG_SQ_HEAD))));
		spa_fmsg(devlink_fmsg_u32_pair_put(fmsg, "card cq tail",
						   spa_read(q->spa, SPA_REG_QUEUE(q->id, SPA_QREG_CQ_TAIL))));
	}
	spa_fmsg(devlink_fmsg_obj_nest_end(fmsg));
	spa_fmsg(devlink_fmsg_pair_nest_end(fmsg));
}

static int spa_devlink_dump(struct devlink_health_reporter *reporter, struct devlink_fmsg *fmsg, void *ctx,
			    struct netlink_ext_ack *extack)
{
	struct spa *spa = devlink_health_reporter_priv(reporter);
	char name[16];
	u32 i;

	if (!READ_ONCE(spa->gone)) {
		spa_fmsg(devlink_fmsg_u32_pair_put(fmsg, "status", spa_read(spa, SPA_REG_STATUS)));
		spa_fmsg(devlink_fmsg_u32_pair_put(fmsg, "error", spa_read(spa, SPA_REG_ERROR)));
		spa_fmsg(devlink_fmsg_u32_pair_put(fmsg, "error info", spa_read(spa, SPA_REG_ERROR_INFO)));
	}
	spa_devlink_dump_queue(fmsg, "admin", &spa->admin.q);
	spa_devlink_dump_queue(fmsg, "events", &spa->events);
	/* The rings come and go with the interface. */
	mutex_lock(&spa->rings_lock);
	for (i = 0; spa->rings_up && i < spa->nr_pairs; i++) {
		snprintf(name, sizeof(name), "rx%u", i);
		spa_devlink_dump_queue(fmsg, name, &spa->pairs[i].rx);
		snprintf(name, sizeof(name), "tx%u", i);
		spa_devlink_dump_queue(fmsg, name, &spa->pairs[i].tx);
	}
	mutex_unlock(&spa->rings_lock);
	spa_diagnose_dump(spa, fmsg);
	return 0;
}

static const struct devlink_health_reporter_ops spa_reporter_ops = {
	.name = "fw",
	.recover = spa_devlink_recover,
	.diagnose = spa_devlink_diagnose,
	.dump = spa_devlink_dump,
};

/* ---- The picture of a crash ---- */

static u8 *spa_crash_picture(struct spa *spa)
{
	__le32 *picture = kvzalloc(SPA_CRASH_OCTETS, GFP_KERNEL);
	u32 at;

	if (!picture)
		return NULL;
	for (at = 0; at < SPA_CRASH_OCTETS && !READ_ONCE(spa->gone); at += sizeof(u32))
		if (at < SPA_CRASH_COMMON || at >= SPA_QUEUE_REGS_BASE)
			picture[at / sizeof(u32)] = cpu_to_le32(spa_read(spa, at));
	return (u8 *)picture;
}

static int spa_crash_snapshot(struct devlink *devlink, const struct devlink_region_ops *ops,
			      struct netlink_ext_ack *extack, u8 **data)
{
	struct spa_devlink *d = ops->priv;

	*data = spa_crash_picture(d->spa);
	return *data ? 0 : -ENOMEM;
}

static void spa_crash_keep(struct spa_devlink *d)
{
	u8 *picture;
	u32 id;

	if (devlink_region_snapshot_id_get(d->devlink, &id))
		return;
	picture = spa_crash_picture(d->spa);
	/* The first pictures are worth most: when there are enough, later ones are not kept. */
	if (picture && devlink_region_snapshot_create(d->crash, picture, id))
		kvfree(picture);
	devlink_region_snapshot_id_put(d->devlink, id);
}

void spa_devlink_report(struct spa *spa, enum spa_fault fault)
{
	struct spa_devlink *d = spa->devlink;
	int err;

	spa_crash_keep(d);
	err = devlink_health_report(d->reporter, spa_fault_text(fault), &fault);
	if (err && READ_ONCE(spa->state) == SPA_RUNNING)
		dev_err_ratelimited(spa->dev, "the card is not recovered by itself: \"devlink health recover\" does it\n");
}

/* However the card came back: a reporter that stays in error does not recover it the next time. */
void spa_devlink_healthy(struct spa *spa)
{
	if (spa->devlink)
		devlink_health_reporter_state_update(spa->devlink->reporter, DEVLINK_HEALTH_REPORTER_STATE_HEALTHY);
}

/* ---- Resources ---- */

static u64 spa_devlink_occupancy(void *priv)
{
	return spa_sa_count(priv);
}

static int spa_devlink_resources(struct spa *spa, struct devlink *devlink)
{
	struct devlink_resource_size_params params;
	int err;

	devlink_resource_size_params_init(&params, spa->limits.sas, spa->limits.sas, 1, DEVLINK_RESOURCE_UNIT_ENTRY);
	devl_lock(devlink);
	err = devl_resource_register(devlink, "SA", spa->limits.sas, SPA_RESOURCE_SAS,
				     DEVLINK_RESOURCE_ID_PARENT_TOP, &params);
	if (!err)
		devl_resource_occ_get_register(devlink, SPA_RESOURCE_SAS, spa_devlink_occupancy, spa);
	devl_unlock(devlink);
	return err;
}

static void spa_devlink_drop_resources(struct devlink *devlink)
{
	devl_lock(devlink);
	devl_resource_occ_get_unregister(devlink, SPA_RESOURCE_SAS);
	devl_resources_unregister(devlink);
	devl_unlock(devlink);
}

/* ---- Making and unmaking ---- */

int spa_devlink_start(struct spa *spa)
{
	struct devlink *devlink = devlink_alloc(&spa_devlink_ops, sizeof(struct spa_devlink), spa->dev);
	struct spa_devlink *d;
	int err;

	if (!devlink)
		return -ENOMEM;
	d = devlink_priv(devlink);
	d->spa = spa;
	d->devlink = devlink;
	d->crash_ops = (struct devlink_region_ops){
		.name = "crash",
		.destructor = kvfree,
		.snapshot = spa_crash_snapshot,
		.priv = d,
	};
	err = spa_devlink_resources(spa, devlink);
	if (err)
		goto err_devlink;
	d->reporter = devlink_health_reporter_create(devlink, &spa_reporter_ops, 0, spa);
	if (IS_ERR(d->reporter)) {
		err = PTR_ERR(d->reporter);
		goto err_resources;
	}
	d->crash = devlink_region_create(devlink, &d->crash_ops, SPA_CRASH_SNAPSHOTS, SPA_CRASH_OCTETS);
	if (IS_ERR(d->crash)) {
		err = PTR_ERR(d->crash);
		goto err_reporter;
	}
	spa->devlink = d;
	devlink_register(devlink);
	return 0;

err_reporter:
	devlink_health_reporter_destroy(d->reporter);
err_resources:
	spa_devlink_drop_resources(devlink);
err_devlink:
	devlink_free(devlink);
	return err;
}

void spa_devlink_stop(struct spa *spa)
{
	struct spa_devlink *d = spa->devlink;
	struct devlink *devlink = d->devlink;

	devlink_unregister(devlink);
	devlink_region_destroy(d->crash);
	devlink_health_reporter_destroy(d->reporter);
	spa_devlink_drop_resources(devlink);
	spa->devlink = NULL;
	devlink_free(devlink);
}
