/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/*
 * /dev/spaN: the card's public-key operations for user space.
 *
 * open() makes a context: key handles belong to it, no other context can name them, and close() destroys them.
 * SPA_IOC_SUBMIT hands over a batch of requests and returns at once with the number taken.
 * read() returns finished operations as records (struct spa_pk_completion_record, then `length` octets of output,
 * then padding to a multiple of 8), as many whole ones as fit; they come in any order. It blocks unless O_NONBLOCK.
 * poll() says POLLIN when a record waits and POLLOUT when a request can be taken.
 */
#ifndef SPA_UAPI_H
#define SPA_UAPI_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define SPA_UAPI_VERSION 1

/* Filled by SPA_IOC_INFO. */
struct spa_pk_info {
	__u32 version;      /* SPA_UAPI_VERSION */
	__u32 features;     /* SPA_FEATURE_* of the card, <spa/hw.h> */
	__u32 max_batch;    /* requests one SPA_IOC_SUBMIT may carry */
	__u32 max_inflight; /* requests a context may have outstanding */
	__u32 max_data;     /* octets of input or output of one request */
	__u32 max_sas;      /* entries of the SA table */
	char netdev[16];    /* name of the network interface of the same card, zero-terminated */
};

/* One operation. Numbers for op and alg, and the formats of input and output, are those of <spa/hw.h>. */
struct spa_pk_request {
	__u64 tag;        /* comes back with the completion */
	__u64 in;         /* user address of the input; copied before the ioctl returns */
	__u32 in_length;
	__u32 out_length; /* most octets of output wanted */
	__u16 op;         /* enum spa_pk_op */
	__u16 alg;
	__u32 key;        /* handle, where the operation needs one */
};

struct spa_pk_submit {
	__u64 requests; /* user address of struct spa_pk_request[count] */
	__u32 count;
	__u32 taken;    /* out: how many were queued; less than count when the queue is full */
};

/* status: 0 or a negative errno: -EOPNOTSUPP, -EINVAL, -ENOENT (key), -EBADMSG (signature wrong),
 * -ENOSPC (output too long, key store full), -EIO (the card failed), -ECANCELED (the card was reset). */
struct spa_pk_completion_record {
	__u64 tag;
	__s32 status;
	__u32 key;      /* handle, from DH_GENERATE and KEY_IMPORT */
	__u32 length;   /* octets of output that follow */
	__u32 reserved;
};

#define SPA_IOC_MAGIC 0xb5
#define SPA_IOC_INFO _IOR(SPA_IOC_MAGIC, 0, struct spa_pk_info)
/* Errors: -EINVAL (count 0 or over max_batch, unknown op), -EMSGSIZE (data too long), -EFAULT, -EAGAIN (none taken),
 * -ENODEV (the card is gone). A fault in the middle of a batch ends it: `taken` counts what went before. */
#define SPA_IOC_SUBMIT _IOWR(SPA_IOC_MAGIC, 1, struct spa_pk_submit)

#endif /* SPA_UAPI_H */
