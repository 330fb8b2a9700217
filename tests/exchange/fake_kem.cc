// SPDX-License-Identifier: Apache-2.0
#include "tests/exchange/fake_kem.h"

#include <algorithm>

namespace spa::exchange {

namespace {

constexpr std::uint8_t kOfKey = 0xee;
constexpr std::uint8_t kOfCiphertext = 0xcc;
constexpr std::size_t kInside = 32;

Bytes wrapped(const Bytes& inside, std::size_t size, std::uint8_t filling) {
  Bytes out(size, filling);
  std::copy(inside.begin(), inside.end(), out.begin());
  return out;
}

Result<Bytes> unwrapped(ByteView value, std::size_t size, std::uint8_t filling) {
  const bool sound = value.size() == size && std::all_of(value.begin() + kInside, value.end(),
                                                         [&](auto o) { return o == filling; });
  if (!sound) return fail(Errc::kInvalid, "a value of another kind");
  return to_bytes(value.first(kInside));
}

}  // namespace

void FakeKem::generate(crypto::DhGroup group, crypto::EngineCallback<crypto::DhKey> done) {
  if (!crypto::is_kem(group)) return behind_.generate(group, std::move(done));
  Result<crypto::DhKey> made = crypto::dh_generate(crypto::DhGroup::kCurve25519);
  if (made) {
    made->group = group;
    made->public_value = wrapped(made->public_value, crypto::public_size(group), kOfKey);
  }
  done(std::move(made), name());
}

void FakeKem::derive(crypto::DhKey key, Bytes peer_public,
                     crypto::EngineCallback<SecretBytes> done) {
  if (!crypto::is_kem(key.group)) {
    return behind_.derive(std::move(key), std::move(peer_public), std::move(done));
  }
  const auto inside = unwrapped(peer_public, crypto::reply_size(key.group), kOfCiphertext);
  if (!inside) return done(tl::unexpected(inside.error()), name());
  key.group = crypto::DhGroup::kCurve25519;
  done(crypto::dh_derive(key, *inside), name());
}

void FakeKem::encapsulate(crypto::DhGroup group, Bytes peer_key,
                          crypto::EngineCallback<crypto::Encapsulation> done) {
  const auto inside = unwrapped(peer_key, crypto::public_size(group), kOfKey);
  if (!inside) return done(tl::unexpected(inside.error()), name());
  const Result<crypto::DhKey> own = crypto::dh_generate(crypto::DhGroup::kCurve25519);
  if (!own) return done(tl::unexpected(own.error()), name());
  Result<SecretBytes> shared = crypto::dh_derive(*own, *inside);
  if (!shared) return done(tl::unexpected(shared.error()), name());
  done(crypto::Encapsulation{wrapped(own->public_value, crypto::reply_size(group), kOfCiphertext),
                             std::move(*shared)},
       name());
}

}  // namespace spa::exchange
