/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/* What the parts of <spa/hw.h> share: the types of their fields, and layouts that are checked where they are compiled. */
#ifndef SPA_HW_TYPES_H
#define SPA_HW_TYPES_H

#include <linux/types.h>

#ifdef __cplusplus
#include <cstddef>
#define SPA_ASSERT(expr) static_assert(expr, #expr)
/* Flags are unsigned numbers in both languages. */
#define SPA_FLAGS : __u32
#else
#ifndef __KERNEL__
#include <stddef.h>
#endif
#define SPA_ASSERT(expr) _Static_assert(expr, #expr)
#define SPA_FLAGS
#endif

/* Lists are X(NAME, value, text): the constants below and the tables of docs/hardware come from the same line. */

#endif /* SPA_HW_TYPES_H */
