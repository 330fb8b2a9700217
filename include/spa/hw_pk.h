/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/* The public-key queues: operations, groups, keys. A part of <spa/hw.h>. */
#ifndef SPA_HW_PK_H
#define SPA_HW_PK_H

#include <spa/hw_types.h>

enum spa_pk_op {
	SPA_PK_DH_GENERATE = 1, /* alg: group. out: public value. Completion: handle of the private value */
	SPA_PK_DH_DERIVE = 2,   /* alg: group, key. in: peer's public value. out: shared secret */
	SPA_PK_KEY_IMPORT = 3,  /* alg: SPA_PK_RSA. in: DER PKCS#1 or PKCS#8 private key. Completion: handle */
	SPA_PK_KEY_DESTROY = 4, /* key */
	SPA_PK_SIGN = 5,        /* alg: enum spa_pk_scheme, key. in: digest. out: signature */
	SPA_PK_VERIFY = 6,      /* alg: enum spa_pk_scheme. in: struct spa_pk_verify and what follows it */
};

/* Groups carry their IANA transform numbers (IKEv2 transform type 4). Values travel as in RFC 7296 3.4:
 * modp as the modulus is long, big-endian; ECP as x | y (RFC 5903; shared secret: x); X25519 as RFC 8031. */
enum spa_pk_group {
	SPA_PK_MODP768 = 1,
	SPA_PK_MODP1024 = 2,
	SPA_PK_MODP1536 = 5,
	SPA_PK_MODP2048 = 14,
	SPA_PK_MODP3072 = 15,
	SPA_PK_MODP4096 = 16,
	SPA_PK_ECP256 = 19,
	SPA_PK_ECP384 = 20,
	SPA_PK_ECP521 = 21,
	SPA_PK_X25519 = 31,
};

enum spa_pk_key_type { SPA_PK_RSA = 1 };

enum spa_pk_scheme {
	SPA_PK_RSA_PKCS1_SHA1 = 1,
	SPA_PK_RSA_PKCS1_SHA256 = 2,
	SPA_PK_RSA_PKCS1_SHA384 = 3,
	SPA_PK_RSA_PKCS1_SHA512 = 4,
	SPA_PK_RSA_PSS_SHA256 = 5, /* salt as long as the digest */
	SPA_PK_RSA_PSS_SHA384 = 6,
	SPA_PK_RSA_PSS_SHA512 = 7,
};

#define SPA_PK_DATA_MAX 4096
#define SPA_PK_RSA_BITS_MIN 512
#define SPA_PK_RSA_BITS_MAX 4096

struct spa_pk_cmd { /* 64 octets */
	__le16 op;
	__le16 alg;
	__le32 key;        /* handle; must belong to `owner` */
	__le64 in_addr;
	__le32 in_length;
	__le32 out_length; /* room at out_addr */
	__le64 out_addr;
	__le64 tag;
	__le32 owner;      /* the driver numbers its users; one cannot name another's keys */
	__u8 reserved[20];
};

/* Input of SPA_PK_VERIFY: this header, then the three strings without gaps. */
struct spa_pk_verify { /* 8 octets */
	__le16 spki_length;      /* SubjectPublicKeyInfo, DER */
	__le16 digest_length;
	__le16 signature_length;
	__le16 reserved;
};

SPA_ASSERT(sizeof(struct spa_pk_cmd) == 64);
SPA_ASSERT(offsetof(struct spa_pk_cmd, in_addr) == 8);
SPA_ASSERT(offsetof(struct spa_pk_cmd, tag) == 32);
SPA_ASSERT(sizeof(struct spa_pk_verify) == 8);

#endif /* SPA_HW_PK_H */
