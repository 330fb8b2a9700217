// SPDX-License-Identifier: Apache-2.0
// Keys as they stand in a configuration, encrypted under a master key: the scheme that routers call
// type 6, as its maker published it (R-T6-21 to R-T6-26).
//
//   K  = MD5(master key)          Ke = AES-128(K, salt | 00 00 00 00 00 00 00 01)
//   salt: 8 octets at random      Ka = AES-128(K, salt | 00 00 00 00 00 00 00 00)
//   text ^ AES-128(Ke, 00 00 00 i | 00 x 12)        MAC = HMAC-SHA1(Ka, ciphertext), 4 octets
//
// and salt | ciphertext | MAC in base 41. It keeps a key from who reads over a shoulder or finds a
// backup; nobody should take it for modern cryptography: MD5 and a MAC of 32 bits are what the
// routers at the other end of a copied configuration know.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"

namespace spa::crypto {

using Type6Salt = std::array<std::uint8_t, 8>;

inline constexpr std::size_t kType6MaxKey =
    1024;  // octets of plain text; the counter of blocks is one octet

// Whether a word has the form of an encrypted key: its characters and its length, not its MAC.
[[nodiscard]] bool is_type6(std::string_view word);

// kInvalid: the key is empty or too long; kCrypto.
[[nodiscard]] Result<std::string> type6_encrypt(ByteView master_key, ByteView key);
[[nodiscard]] Result<std::string> type6_encrypt(ByteView master_key, ByteView key,
                                                const Type6Salt& salt);

// kInvalid: not of the form. kCrypto: the MAC does not fit, the master key is another one.
[[nodiscard]] Result<SecretBytes> type6_decrypt(ByteView master_key, std::string_view word);

}  // namespace spa::crypto
