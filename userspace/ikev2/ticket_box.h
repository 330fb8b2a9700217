// SPDX-License-Identifier: Apache-2.0
// Tickets by value (RFC 5723 6.1): sessions sealed under a key that is nowhere but in this object,
// and that is another one every day. What is remembered of a ticket is its number, once it is used.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <set>

#include "userspace/crypto/cipher.h"
#include "userspace/ikev2/session_state.h"

namespace spa::ikev2 {

class TicketBox {
 public:
  // A ticket lives no longer than this: a key seals for so long, and opens for as long again.
  static constexpr Duration kLongestLife{86'400'000};
  // Of one key. When more have been used all tickets are void: none comes twice unnoticed.
  static constexpr std::size_t kMostUsed = 65536;

  struct Number {
    std::uint32_t key = 0;  // 0: no ticket
    std::uint64_t serial = 0;
    friend auto operator<=>(const Number&, const Number&) = default;
  };
  struct Issued {
    Bytes ticket;
    Number number;
  };
  struct Opened {
    SessionState state;
    Number number;
  };

  [[nodiscard]] Result<Issued> seal(SteadyTime now, const SessionState& state);
  // kCrypto for what this object did not seal, or no longer knows; kTimeout for one whose time is
  // over, kExists for one that was used.
  [[nodiscard]] Result<Opened> open(SteadyTime now, ByteView ticket);
  [[nodiscard]] bool used(const Number& number) const;
  void use(const Number& number);
  // Every ticket is void from now on.
  void forget();

 private:
  struct Key {
    std::uint32_t number = 0;
    crypto::IkeCipher cipher;
    std::uint64_t next = 1;
    std::set<std::uint64_t> used;
  };
  [[nodiscard]] Status rotate(SteadyTime now);
  [[nodiscard]] const Key* key(std::uint32_t number) const;

  std::optional<Key> current_;
  std::optional<Key> previous_;
  SteadyTime since_{};
  std::uint32_t last_number_ = 0;
};

}  // namespace spa::ikev2
