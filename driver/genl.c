// SPDX-License-Identifier: GPL-2.0-only
/* The generic-netlink family "spa" (<spa/genl.h>). */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include <spa/genl.h>

#include "genl.h"
#include "netdev.h"
#include "policy.h"
#include "sa.h"
#include "spa.h"

#define SPA_GENL_EVENTS 0

static struct genl_family spa_genl_family;

static u32 spa_genl_state_of(enum spa_state state)
{
	switch (state) {
	case SPA_RESTING:
		return SPA_GENL_STATE_RESETTING;
	case SPA_ASLEEP:
		return SPA_GENL_STATE_ASLEEP;
	case SPA_DEAD:
		return SPA_GENL_STATE_DEAD;
	default:
		return SPA_GENL_STATE_RUNNING;
	}
}

/* ---- Events ---- */

struct spa_genl_message {
	struct sk_buff *skb;
	void *header;
};

/* False when nobody listens, or there is no memory: an event that is not sent is no error of the card's. */
static bool spa_genl_begin(struct spa *spa, struct spa_genl_message *m, u32 event)
{
	if (!genl_has_listeners(&spa_genl_family, dev_net(spa->netdev), SPA_GENL_EVENTS))
		return false;
	m->skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!m->skb)
		return false;
	m->header = genlmsg_put(m->skb, 0, 0, &spa_genl_family, 0, SPA_GENL_CMD_EVENT);
	if (m->header && !nla_put_u32(m->skb, SPA_GENL_A_IFINDEX, spa->netdev->ifindex) &&
	    !nla_put_u32(m->skb, SPA_GENL_A_EVENT, event))
		return true;
	nlmsg_free(m->skb);
	return false;
}

static void spa_genl_send(struct spa *spa, struct spa_genl_message *m, int err)
{
	if (err) {
		nlmsg_free(m->skb);
		return;
	}
	genlmsg_end(m->skb, m->header);
	genlmsg_multicast_netns(&spa_genl_family, dev_net(spa->netdev), m->skb, 0, SPA_GENL_EVENTS, GFP_KERNEL);
}

static int spa_genl_put_addresses(struct sk_buff *skb, const struct spa_event *ev)
{
	int octets = ev->family == 4 ? 4 : 16;

	/* The card may say anything. */
	if (ev->family != 4 && ev->family != 6)
		return 0;
	return nla_put(skb, SPA_GENL_A_SADDR, octets, ev->saddr) ?: nla_put(skb, SPA_GENL_A_DADDR, octets, ev->daddr);
}

void spa_genl_event(struct spa *spa, const struct spa_event *ev)
{
	struct spa_genl_message m;

	if (!spa_genl_begin(spa, &m, le16_to_cpu(ev->type)))
		return;
	spa_genl_send(spa, &m,
		      nla_put_be32(m.skb, SPA_GENL_A_SPI, ev->spi) ?:
		      spa_genl_put_addresses(m.skb, ev) ?:
		      nla_put_u32(m.skb, SPA_GENL_A_SEQ, be32_to_cpu(ev->seq)) ?:
		      nla_put_u32(m.skb, SPA_GENL_A_SUPPRESSED, le32_to_cpu(ev->suppressed)));
}

void spa_genl_fault(struct spa *spa, enum spa_fault fault, u32 error, u32 error_info)
{
	struct spa_genl_message m;

	if (!spa_genl_begin(spa, &m, SPA_GENL_EVENT_FAULT))
		return;
	spa_genl_send(spa, &m,
		      nla_put_string(m.skb, SPA_GENL_A_TEXT, spa_fault_text(fault)) ?:
		      nla_put_u32(m.skb, SPA_GENL_A_ERROR, error) ?:
		      nla_put_u32(m.skb, SPA_GENL_A_ERROR_INFO, error_info));
}

void spa_genl_state(struct spa *spa, enum spa_state state)
{
	struct spa_genl_message m;

	if (!spa_genl_begin(spa, &m, SPA_GENL_EVENT_STATE))
		return;
	spa_genl_send(spa, &m, nla_put_u32(m.skb, SPA_GENL_A_STATE, spa_genl_state_of(state)));
}

/* ---- The state of a card ---- */

static int spa_genl_put_state(struct sk_buff *skb, struct spa *spa)
{
	return nla_put_u32(skb, SPA_GENL_A_IFINDEX, spa->netdev->ifindex) ?:
	       nla_put_u32(skb, SPA_GENL_A_STATE, spa_genl_state_of(READ_ONCE(spa->state))) ?:
	       nla_put_u32(skb, SPA_GENL_A_RECOVERIES, READ_ONCE(spa->recoveries)) ?:
	       nla_put_u32(skb, SPA_GENL_A_SAS, spa_sa_count(spa)) ?:
	       nla_put_u32(skb, SPA_GENL_A_SA_LIMIT, spa->limits.sas) ?:
	       nla_put_u32(skb, SPA_GENL_A_POLICIES, spa_policy_count(spa)) ?:
	       nla_put_u32(skb, SPA_GENL_A_POLICY_LIMIT, spa->limits.policies) ?:
	       nla_put_u32(skb, SPA_GENL_A_HEARTBEAT, READ_ONCE(spa->watch.heartbeat)) ?:
	       nla_put_u32(skb, SPA_GENL_A_VERSION, spa->limits.version) ?:
	       nla_put_u32(skb, SPA_GENL_A_FEATURES, spa->limits.features);
}

static int spa_genl_fill(struct sk_buff *skb, u32 portid, u32 seq, int flags, struct spa *spa)
{
	void *header = genlmsg_put(skb, portid, seq, &spa_genl_family, flags, SPA_GENL_CMD_STATE);

	if (!header)
		return -EMSGSIZE;
	if (spa_genl_put_state(skb, spa)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

static int spa_genl_get(struct sk_buff *request, struct genl_info *info)
{
	struct net_device *netdev;
	struct sk_buff *skb;
	int err = -ENODEV;

	if (GENL_REQ_ATTR_CHECK(info, SPA_GENL_A_IFINDEX))
		return -EINVAL;
	skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	rtnl_lock();
	netdev = __dev_get_by_index(genl_info_net(info), nla_get_u32(info->attrs[SPA_GENL_A_IFINDEX]));
	if (netdev && spa_netdev_is_card(netdev))
		err = spa_genl_fill(skb, info->snd_portid, info->snd_seq, 0, netdev_priv(netdev));
	rtnl_unlock();
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	return genlmsg_reply(skb, info);
}

static int spa_genl_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct net *net = sock_net(skb->sk);
	struct net_device *netdev;
	long index = 0;

	rtnl_lock();
	for_each_netdev(net, netdev) {
		if (!spa_netdev_is_card(netdev) || index++ < cb->args[0])
			continue;
		if (spa_genl_fill(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, NLM_F_MULTI,
				  netdev_priv(netdev)))
			break;
		cb->args[0] = index;
	}
	rtnl_unlock();
	return skb->len;
}

static const struct nla_policy spa_genl_policy[SPA_GENL_A_IFINDEX + 1] = {
	[SPA_GENL_A_IFINDEX] = { .type = NLA_U32 },
};

static const struct genl_ops spa_genl_ops[] = {
	{
		.cmd = SPA_GENL_CMD_GET,
		.doit = spa_genl_get,
		.dumpit = spa_genl_dump,
	},
};

static const struct genl_multicast_group spa_genl_groups[] = {
	[SPA_GENL_EVENTS] = { .name = SPA_GENL_GROUP_EVENTS },
};

static struct genl_family spa_genl_family __ro_after_init = {
	.name = SPA_GENL_NAME,
	.version = SPA_GENL_VERSION,
	.maxattr = ARRAY_SIZE(spa_genl_policy) - 1,
	.policy = spa_genl_policy,
	.netnsok = true,
	.module = THIS_MODULE,
	.ops = spa_genl_ops,
	.n_ops = ARRAY_SIZE(spa_genl_ops),
	.resv_start_op = SPA_GENL_CMD_EVENT + 1,
	.mcgrps = spa_genl_groups,
	.n_mcgrps = ARRAY_SIZE(spa_genl_groups),
};

int spa_genl_register(void)
{
	return genl_register_family(&spa_genl_family);
}

void spa_genl_unregister(void)
{
	genl_unregister_family(&spa_genl_family);
}
