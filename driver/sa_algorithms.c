// SPDX-License-Identifier: GPL-2.0-only
/* The algorithms of a state, by their names in the kernel, as the card has them. */
#include <linux/bits.h>
#include <linux/netdevice.h>
#include <net/xfrm.h>

#include "sa.h"
#include "spa.h"
#include "xfrm.h"

#define SPA_KEYS_AES { 16, 24, 32 }
#define SPA_KEYS_MAX 3

struct spa_cipher_name {
	const char *name;
	u16 cipher;
	u8 salt;               /* octets, behind the key in the kernel's */
	u8 keys[SPA_KEYS_MAX]; /* octets, without the salt; 0 ends the list */
	u32 icvs;              /* combined modes: one bit for each length in octets */
};

static const struct spa_cipher_name spa_aeads[] = {
	{ "rfc4106(gcm(aes))", SPA_CIPHER_AES_GCM_16, 4, SPA_KEYS_AES, BIT(8) | BIT(12) | BIT(16) },
	{ "rfc4543(gcm(aes))", SPA_CIPHER_AES_GMAC, 4, SPA_KEYS_AES, BIT(16) },
	{ "rfc7539esp(chacha20,poly1305)", SPA_CIPHER_CHACHA20_POLY1305, 4, { 32 }, BIT(16) },
};

static const struct spa_cipher_name spa_ciphers[] = {
	{ "cbc(aes)", SPA_CIPHER_AES_CBC, 0, SPA_KEYS_AES },
	{ "rfc3686(ctr(aes))", SPA_CIPHER_AES_CTR, 4, SPA_KEYS_AES },
	{ "cbc(des3_ede)", SPA_CIPHER_3DES_CBC, 0, { 24 } },
	{ "cbc(des)", SPA_CIPHER_DES_CBC, 0, { 8 } },
	{ "ecb(cipher_null)", SPA_CIPHER_NULL, 0, {} },
};

static const struct spa_auth_name {
	const char *name;
	u16 auth;
	u16 key_bits;
	u16 icv_bits;
} spa_auths[] = {
	{ "hmac(sha1)", SPA_AUTH_HMAC_SHA1_96, 160, 96 },
	{ "hmac(sha256)", SPA_AUTH_HMAC_SHA2_256_128, 256, 128 },
	{ "hmac(sha384)", SPA_AUTH_HMAC_SHA2_384_192, 384, 192 },
	{ "hmac(sha512)", SPA_AUTH_HMAC_SHA2_512_256, 512, 256 },
	{ "hmac(md5)", SPA_AUTH_HMAC_MD5_96, 128, 96 },
};

static const struct spa_cipher_name *spa_cipher_find(const struct spa_cipher_name *list, size_t count,
						     const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strcmp(name, list[i].name))
			return &list[i];
	return NULL;
}

static bool spa_cipher_takes_key(const struct spa_cipher_name *known, u32 octets)
{
	int i;

	if (!known->keys[0])
		return !octets;
	for (i = 0; i < SPA_KEYS_MAX && known->keys[i]; i++)
		if (octets == known->keys[i] + known->salt)
			return true;
	return false;
}

/* Splits the kernel's key in two. */
static void spa_sa_set_key(const struct spa_cipher_name *known, const char *key, u32 octets, struct spa_sa *hw)
{
	hw->cipher = cpu_to_le16(known->cipher);
	hw->key_len = octets - known->salt;
	hw->salt_len = known->salt;
	memcpy(hw->key, key, hw->key_len);
	memcpy(hw->salt, key + hw->key_len, hw->salt_len);
}

static int spa_sa_set_aead(struct net_device *netdev, const struct xfrm_algo_aead *aead, struct spa_sa *hw,
			   struct netlink_ext_ack *extack)
{
	const struct spa_cipher_name *known = spa_cipher_find(spa_aeads, ARRAY_SIZE(spa_aeads), aead->alg_name);
	u32 icv = aead->alg_icv_len / 8;

	if (!known)
		return spa_refuse(netdev, extack,
				  "The card has no combined-mode cipher but AES-GCM, AES-GMAC and ChaCha20-Poly1305");
	if (aead->alg_icv_len % 8 || icv > 16 || !(known->icvs & BIT(icv)))
		return spa_refuse(netdev, extack, "The card has not this ICV length of the combined-mode cipher");
	if (aead->alg_key_len % 8 || !spa_cipher_takes_key(known, aead->alg_key_len / 8))
		return spa_refuse(netdev, extack, "The combined-mode cipher takes no key and salt of this length");
	spa_sa_set_key(known, aead->alg_key, aead->alg_key_len / 8, hw);
	hw->auth = cpu_to_le16(SPA_AUTH_NONE);
	hw->icv_len = icv;
	return 0;
}

static int spa_sa_set_cipher(struct net_device *netdev, const struct xfrm_algo *cipher, struct spa_sa *hw,
			     struct netlink_ext_ack *extack)
{
	const struct spa_cipher_name *known =
		spa_cipher_find(spa_ciphers, ARRAY_SIZE(spa_ciphers), cipher->alg_name);

	if (!known)
		return spa_refuse(netdev, extack, "The card has no ciphers but AES-CBC, AES-CTR, 3DES, DES and NULL");
	if (cipher->alg_key_len % 8 || !spa_cipher_takes_key(known, cipher->alg_key_len / 8))
		return spa_refuse(netdev, extack, "The cipher takes no key of this length");
	spa_sa_set_key(known, cipher->alg_key, cipher->alg_key_len / 8, hw);
	return 0;
}

static int spa_sa_set_auth(struct net_device *netdev, const struct xfrm_algo_auth *auth, struct spa_sa *hw,
			   struct netlink_ext_ack *extack)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(spa_auths); i++) {
		if (strcmp(auth->alg_name, spa_auths[i].name))
			continue;
		if (auth->alg_key_len != spa_auths[i].key_bits || auth->alg_trunc_len != spa_auths[i].icv_bits)
			return spa_refuse(netdev, extack, "The card has not this key or ICV length of the HMAC");
		hw->auth = cpu_to_le16(spa_auths[i].auth);
		hw->auth_key_len = spa_auths[i].key_bits / 8;
		hw->icv_len = spa_auths[i].icv_bits / 8;
		memcpy(hw->auth_key, auth->alg_key, hw->auth_key_len);
		return 0;
	}
	return spa_refuse(netdev, extack, "The card has no integrity algorithms but the HMACs of SHA-1, SHA-2 and MD5");
}

int spa_sa_set_algorithms(struct net_device *netdev, const struct xfrm_state *x, struct spa_sa *hw,
			  struct netlink_ext_ack *extack)
{
	if (x->aead)
		return spa_sa_set_aead(netdev, x->aead, hw, extack);
	/* Without integrity, who can change what is encrypted can soon read it (RFC 8221 section 4). */
	if (!x->ealg || !x->aalg)
		return spa_refuse(netdev, extack, "The card wants a cipher and an HMAC, or a combined-mode cipher");
	return spa_sa_set_cipher(netdev, x->ealg, hw, extack) ?: spa_sa_set_auth(netdev, x->aalg, hw, extack);
}
