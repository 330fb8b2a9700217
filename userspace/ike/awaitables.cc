// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/awaitables.h"

namespace spa::ike {

namespace {

template <typename T>
crypto::EngineCallback<T> into(const Later<EngineAnswer<T>>& later) {
  return [resolve = later.resolver()](Result<T> result, std::string_view engine) {
    resolve({std::move(result), std::string(engine)});
  };
}

}  // namespace

Later<Elapsed> pause(Shard& shard, Duration wait) {
  Later<Elapsed> later(shard.strand);
  (void)shard.ports.timers.after(wait, [resolve = later.resolver()] { resolve({}); });
  return later;
}

Later<EngineAnswer<crypto::DhKey>> generate(Shard& shard, crypto::DhGroup group) {
  Later<EngineAnswer<crypto::DhKey>> later(shard.strand);
  shard.ports.engine.generate(group, into(later));
  return later;
}

Later<EngineAnswer<SecretBytes>> derive(Shard& shard, crypto::DhKey key, Bytes peer_public) {
  Later<EngineAnswer<SecretBytes>> later(shard.strand);
  shard.ports.engine.derive(std::move(key), std::move(peer_public), into(later));
  return later;
}

Later<EngineAnswer<crypto::Encapsulation>> encapsulate(Shard& shard, crypto::DhGroup group,
                                                       Bytes peer_key) {
  Later<EngineAnswer<crypto::Encapsulation>> later(shard.strand);
  shard.ports.engine.encapsulate(group, std::move(peer_key), into(later));
  return later;
}

Later<EngineAnswer<Bytes>> sign(Shard& shard, crypto::PrivateKey key,
                                crypto::SignatureMethod method, Bytes data) {
  Later<EngineAnswer<Bytes>> later(shard.strand);
  shard.ports.engine.sign(std::move(key), method, std::move(data), into(later));
  return later;
}

Later<EngineAnswer<void>> verify(Shard& shard, crypto::PublicKey key,
                                 crypto::SignatureMethod method, Bytes data, Bytes signature) {
  Later<EngineAnswer<void>> later(shard.strand);
  shard.ports.engine.verify(std::move(key), method, std::move(data), std::move(signature),
                            into(later));
  return later;
}

Later<EngineAnswer<SecretBytes>> decrypt(Shard& shard, crypto::PrivateKey key, Bytes ciphertext) {
  Later<EngineAnswer<SecretBytes>> later(shard.strand);
  shard.ports.engine.decrypt(std::move(key), std::move(ciphertext), into(later));
  return later;
}

Later<Result<ports::PeerCertificate>> validate(Shard& shard, const std::vector<Bytes>& chain,
                                               const std::vector<std::string>& trustpoints) {
  Later<Result<ports::PeerCertificate>> later(shard.strand);
  shard.ports.credentials.validate(chain, trustpoints, later.resolver());
  return later;
}

Task<Result<crypto::DhKey>> begin_agreement(Shard& shard, wire::DhId group) {
  const auto algorithm = crypto::dh_from_id(static_cast<std::uint16_t>(group));
  if (!algorithm) {
    co_return fail(Errc::kUnsupported, wire::to_string(group) + " is not implemented");
  }
  EngineAnswer<crypto::DhKey> made = co_await generate(shard, *algorithm);
  co_return std::move(made.result);
}

Task<Result<KeyAgreement>> agree(Shard& shard, wire::DhId group, Bytes peer_public) {
  const auto algorithm = crypto::dh_from_id(static_cast<std::uint16_t>(group));
  if (algorithm && crypto::is_kem(*algorithm)) {
    EngineAnswer<crypto::Encapsulation> made =
        co_await encapsulate(shard, *algorithm, std::move(peer_public));
    if (!made.result) co_return tl::unexpected(made.result.error());
    co_return KeyAgreement{std::move(made.result->reply), std::move(made.result->shared),
                           std::move(made.engine)};
  }
  Result<crypto::DhKey> key = co_await begin_agreement(shard, group);
  if (!key) co_return tl::unexpected(key.error());
  KeyAgreement agreement;
  agreement.public_value = key->public_value;
  EngineAnswer<SecretBytes> shared =
      co_await derive(shard, std::move(*key), std::move(peer_public));
  if (!shared.result) co_return tl::unexpected(shared.result.error());
  agreement.shared = std::move(*shared.result);
  agreement.engine = std::move(shared.engine);
  co_return agreement;
}

}  // namespace spa::ike
