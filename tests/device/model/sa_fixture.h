// SPDX-License-Identifier: Apache-2.0
// Security associations and ESP frames for the device tests: AES-128-GCM between 10.0.0.1
// and 10.0.0.2.
#pragma once

#include <openssl/evp.h>

#include "tests/device/model/host.h"

namespace spa::card::test {

inline constexpr std::uint32_t kSpi = 0x1000abcd;
inline constexpr std::size_t kEthernet = 14;
inline constexpr std::size_t kEspAt = kEthernet + 20;
inline constexpr std::size_t kIvAt = kEspAt + 8;
inline constexpr std::size_t kTextAt = kIvAt + 8;
inline constexpr std::size_t kIcv = 16;

inline spa_sa gcm_sa(bool outbound, std::uint32_t generation = 7) {
  spa_sa sa{};
  sa.flags = to_le(outbound ? std::uint32_t{SPA_SA_OUTBOUND} : 0u);
  sa.spi = from_be(kSpi);
  sa.saddr[0] = sa.daddr[0] = 10;
  sa.saddr[3] = 1;
  sa.daddr[3] = 2;
  sa.cipher = to_le(std::uint16_t{SPA_CIPHER_AES_GCM_16});
  sa.auth = to_le(std::uint16_t{SPA_AUTH_NONE});
  sa.key_len = 16;
  sa.icv_len = kIcv;
  sa.salt_len = 4;
  sa.generation = to_le(generation);
  sa.replay_window = to_le(std::uint32_t{outbound ? 0u : 64u});
  for (std::uint8_t i = 0; i < 16; ++i) sa.key[i] = static_cast<std::uint8_t>(0xa0 + i);
  for (std::uint8_t i = 0; i < 4; ++i) sa.salt[i] = static_cast<std::uint8_t>(0x50 + i);
  return sa;
}

inline spa_admin_cmd sa_add(Host& host, std::uint32_t index, const spa_sa& sa) {
  spa_admin_cmd command{};
  command.opcode = to_le(std::uint16_t{SPA_CMD_SA_ADD});
  command.index = to_le(index);
  command.length = to_le(std::uint32_t{sizeof sa});
  command.addr = to_le(host.place(sa));
  return command;
}

// What the kernel hands over in crypto mode: headers, IV space with stale memory, padded payload,
// room for the ICV. `payload` octets of text before the trailer; payload + 2 is a multiple of 4.
inline Bytes esp_frame(std::uint32_t sequence, std::size_t payload,
                       const std::array<std::uint8_t, 6>& to) {
  const std::size_t body = payload + 2;
  Bytes frame(kTextAt + body + kIcv);
  std::copy(to.begin(), to.end(), frame.begin());
  frame[6] = 0x02;
  store_be16(&frame[12], 0x0800);
  frame[kEthernet] = 0x45;
  store_be16(&frame[kEthernet + 2], static_cast<std::uint16_t>(frame.size() - kEthernet));
  frame[kEthernet + 8] = 64;
  frame[kEthernet + 9] = 50;
  const std::array<std::uint8_t, 8> addresses{10, 0, 0, 1, 10, 0, 0, 2};
  std::copy(addresses.begin(), addresses.end(), frame.begin() + kEthernet + 12);
  store_be32(&frame[kEspAt], kSpi);
  store_be32(&frame[kEspAt + 4], sequence);
  std::fill_n(frame.begin() + kIvAt, 8, std::uint8_t{0xee});
  for (std::size_t i = 0; i < payload; ++i) frame[kTextAt + i] = static_cast<std::uint8_t>(i * 7);
  frame[kTextAt + body - 1] = 17;  // next header; pad length 0
  return frame;
}

// Decrypts an AES-GCM frame with OpenSSL alone (RFC 4106); empty when the ICV is wrong.
inline Bytes open_with_openssl(const Bytes& frame, const spa_sa& sa) {
  const std::size_t body = frame.size() - kTextAt - kIcv;
  std::array<std::uint8_t, 12> nonce{};
  std::copy_n(sa.salt, 4, nonce.begin());
  std::copy_n(frame.begin() + kIvAt, 8, nonce.begin() + 4);
  Bytes text(body);
  Bytes icv(frame.end() - kIcv, frame.end());
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  int length = 0;
  const bool good =
      EVP_DecryptInit_ex(context, EVP_aes_128_gcm(), nullptr, sa.key, nonce.data()) == 1 &&
      EVP_DecryptUpdate(context, nullptr, &length, &frame[kEspAt], 8) == 1 &&
      EVP_DecryptUpdate(context, text.data(), &length, &frame[kTextAt], static_cast<int>(body)) ==
          1 &&
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, kIcv, icv.data()) == 1 &&
      EVP_DecryptFinal_ex(context, text.data() + length, &length) == 1;
  EVP_CIPHER_CTX_free(context);
  return good ? text : Bytes{};
}

}  // namespace spa::card::test
