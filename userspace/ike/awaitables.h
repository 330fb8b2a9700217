// SPDX-License-Identifier: Apache-2.0
// The asynchronous ports as things a script can wait for.
#pragma once

#include <string>
#include <vector>

#include "userspace/crypto/engine.h"
#include "userspace/ike/shard.h"
#include "userspace/ike/task.h"

namespace spa::ike {

// Lets time pass.
struct Elapsed {};
[[nodiscard]] Later<Elapsed> pause(Shard& shard, Duration wait);

// What an engine answered, and its name.
template <typename T>
struct EngineAnswer {
  Result<T> result;
  std::string engine;
};

[[nodiscard]] Later<EngineAnswer<crypto::DhKey>> generate(Shard& shard, crypto::DhGroup group);
[[nodiscard]] Later<EngineAnswer<SecretBytes>> derive(Shard& shard, crypto::DhKey key,
                                                      Bytes peer_public);
[[nodiscard]] Later<EngineAnswer<crypto::Encapsulation>> encapsulate(Shard& shard,
                                                                     crypto::DhGroup group,
                                                                     Bytes peer_key);
[[nodiscard]] Later<EngineAnswer<Bytes>> sign(Shard& shard, crypto::PrivateKey key,
                                              crypto::SignatureMethod method, Bytes data);
[[nodiscard]] Later<EngineAnswer<void>> verify(Shard& shard, crypto::PublicKey key,
                                               crypto::SignatureMethod method, Bytes data,
                                               Bytes signature);
// The engine's silence about bad padding is kept: see PublicKeyEngine::decrypt.
[[nodiscard]] Later<EngineAnswer<SecretBytes>> decrypt(Shard& shard, crypto::PrivateKey key,
                                                       Bytes ciphertext);
[[nodiscard]] Later<Result<ports::PeerCertificate>> validate(
    Shard& shard, const std::vector<Bytes>& chain, const std::vector<std::string>& trustpoints);

// Both steps of a Diffie-Hellman exchange for the end that has the other's value already.
struct KeyAgreement {
  Bytes public_value;
  SecretBytes shared;
  std::string engine;
};
[[nodiscard]] Task<Result<KeyAgreement>> agree(Shard& shard, wire::DhId group, Bytes peer_public);
// Our half for the end that begins. kUnsupported for a group that is not implemented.
[[nodiscard]] Task<Result<crypto::DhKey>> begin_agreement(Shard& shard, wire::DhId group);

}  // namespace spa::ike
