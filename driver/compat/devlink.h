/* SPDX-License-Identifier: GPL-2.0-only */
/* devlink as older kernels have it: puts that can fail, and a driver name that the driver must give itself. */
#ifndef SPA_DRIVER_COMPAT_DEVLINK_H
#define SPA_DRIVER_COMPAT_DEVLINK_H

#include <net/devlink.h>

/* Newer kernels remember the first failure in the message; older ones return it, and an incomplete message is all that
 * comes of not looking. */
#if defined(SPA_HAVE_FMSG_VOID)
#define spa_fmsg(call) (call)
#elif defined(SPA_HAVE_FMSG_INT)
#define spa_fmsg(call) ((void)(call))
#else
#error "devlink_fmsg_u32_pair_put has a form that compat/ does not know"
#endif

static inline int spa_devlink_driver_name(struct devlink_info_req *req, const char *name)
{
#if defined(SPA_HAVE_FMSG_INT)
	return devlink_info_driver_name_put(req, name);
#else
	/* devlink takes it from the device. */
	return 0;
#endif
}

#endif
