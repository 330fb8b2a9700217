// SPDX-License-Identifier: Apache-2.0
// Public-key work that never makes the caller wait: the card where there is one, OpenSSL otherwise.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"
#include "userspace/crypto/dh.h"
#include "userspace/crypto/key.h"
#include "userspace/crypto/signature.h"

namespace spa::crypto {

enum class EngineOperation : std::uint8_t { kGenerate, kDerive, kSign, kVerify, kDecrypt };
inline constexpr std::size_t kEngineOperations = 5;
[[nodiscard]] std::string_view to_string(EngineOperation operation);  // "DH generate" …

// What one engine did, by EngineOperation. A wrong signature is an answer, not a failure.
struct EngineCounters {
  std::string name;
  std::array<std::uint64_t, kEngineOperations> done{};
  std::array<std::uint64_t, kEngineOperations> failed{};
  std::uint64_t handed_on = 0;  // operations that it could not do and gave to the next engine
};

// An operation's answer and the name of the engine that gave it ("OpenSSL", "spa0"). The name is a
// view into the engine, which outlives its operations.
template <typename T>
using EngineCallback = std::function<void(Result<T> result, std::string_view engine)>;

// Belongs to one thread: calls are made there and callbacks run there, exactly once each, either
// before the call returns or later. An engine that is destroyed first drops its callbacks without
// running them; whoever a callback refers to must therefore be held weakly or outlive the engine.
class PublicKeyEngine {
 public:
  virtual ~PublicKeyEngine() = default;

  virtual void generate(DhGroup group, EngineCallback<DhKey> done) = 0;
  // `key` may come from any engine of this process.
  virtual void derive(DhKey key, Bytes peer_public, EngineCallback<SecretBytes> done) = 0;
  // The responder's half with a KEM (dh_encapsulate()); counted as a derivation.
  virtual void encapsulate(DhGroup group, Bytes peer_key, EngineCallback<Encapsulation> done) = 0;
  virtual void sign(PrivateKey key, SignatureMethod method, Bytes data,
                    EngineCallback<Bytes> done) = 0;
  virtual void verify(PublicKey key, SignatureMethod method, Bytes data, Bytes signature,
                      EngineCallback<void> done) = 0;
  // rsa_decrypt() of rsa_encryption.h, with its silence about bad padding.
  virtual void decrypt(PrivateKey key, Bytes ciphertext, EngineCallback<SecretBytes> done) = 0;

  // Whether it, or one behind it, can do this group.
  [[nodiscard]] virtual bool supports(DhGroup group) const = 0;
  [[nodiscard]] virtual std::string_view name() const = 0;
  // This engine first, then those it hands operations on to.
  [[nodiscard]] virtual std::vector<EngineCounters> counters() const = 0;
};

}  // namespace spa::crypto
