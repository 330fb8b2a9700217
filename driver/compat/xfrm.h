/* SPDX-License-Identifier: GPL-2.0-only */
/* What older kernels have not of packet offload: they never ask for it, so nothing below is reached there. */
#ifndef SPA_DRIVER_COMPAT_XFRM_H
#define SPA_DRIVER_COMPAT_XFRM_H

#include <net/xfrm.h>

#if defined(SPA_HAVE_XFRM_POLICY)
static inline struct xfrm_dev_offload *spa_policy_offload(struct xfrm_policy *xp)
{
	return &xp->xdo;
}

/* A state that only stands for the key exchange under way: there is nothing yet that a card could do with it. */
static inline bool spa_xfrm_is_acquire(const struct xfrm_state *x)
{
	return x->xso.flags & XFRM_DEV_OFFLOAD_FLAG_ACQ;
}
#else
static inline struct xfrm_dev_offload *spa_policy_offload(struct xfrm_policy *xp)
{
	return NULL;
}

static inline bool spa_xfrm_is_acquire(const struct xfrm_state *x)
{
	return false;
}
#endif

#endif
