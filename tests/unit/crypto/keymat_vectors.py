#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the table of keymat_vectors_test.cc: the key derivations of IKEv2, computed by Python's hmac and hashlib alone.

Inputs are made of counting octets, so that they need not be kept: see octets(). Run it again to add a row.
"""
import hashlib
import hmac


def octets(first, size):
    return bytes((first + i) & 0xFF for i in range(size))


def prf_plus(prf, key, seed, size):  # RFC 7296 2.13
    out, block, n = b"", b"", 1
    while len(out) < size:
        block = prf(key, block + seed + bytes([n]))
        out += block
        n += 1
    return out[:size]


NI, NR = octets(0x10, 32), octets(0x50, 24)
SPIS = bytes.fromhex("0102030405060708" "1112131415161718")
SHARED, FRESH = octets(0x80, 256), octets(0x33, 32)
PPK = octets(0xC0, 20)

for name, digest in (("Md5", "md5"), ("Sha1", "sha1"), ("Sha256", "sha256"), ("Sha384", "sha384"), ("Sha512", "sha512")):
    def prf(key, data):
        return hmac.new(key, data, digest).digest()

    size = hashlib.new(digest).digest_size
    seed = prf(NI + NR, SHARED)  # 2.14
    keys = prf_plus(prf, seed, NI + NR + SPIS, 3 * size + 2 * 20 + 2 * 16)  # AES-CBC-128, HMAC-SHA1-96
    sk_d = keys[:size]
    rekeyed = prf(sk_d, FRESH + NI + NR)  # 2.18
    child = prf_plus(prf, sk_d, NI + NR, 2 * (36 + 20))  # 2.17; AES-CTR-256, HMAC-SHA1-96
    pfs = prf_plus(prf, sk_d, FRESH + NI + NR, 2 * (36 + 20))
    auth = prf(prf(b"a secret", b"Key Pad for IKEv2"), b"octets")  # 2.15
    mixed = prf_plus(prf, PPK, sk_d, size)  # RFC 8784 3
    print(f"    {{PrfAlgorithm::kHmac{name},")
    rows = [seed, keys, rekeyed, child, pfs, auth, mixed]
    for i, row in enumerate(rows):
        text = row.hex()
        lines = [f'     "{text[at:at + 88]}"' for at in range(0, len(text), 88)]
        print("\n".join(lines) + ("," if i + 1 < len(rows) else "},"))
