// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev2/ppk.h"

#include <algorithm>
#include <utility>

#include "userspace/ikev2/shard.h"
#include "userspace/wire/ppk.h"

namespace spa::ikev2 {

namespace {

const policy::Ikev2Keyring* ppk_ring(const policy::Snapshot& snapshot,
                                     const policy::Ikev2Profile& profile) {
  const auto found = snapshot.ikev2_keyrings.find(profile.ppk_keyring);
  return found == snapshot.ikev2_keyrings.end() ? nullptr : &found->second;
}

const policy::Ppk* ppk_by_id(const policy::Snapshot& snapshot, const policy::Ikev2Profile& profile,
                             const std::string& id) {
  const policy::Ikev2Keyring* ring = ppk_ring(snapshot, profile);
  if (ring == nullptr) return nullptr;
  for (const policy::KeyringPeer& peer : ring->peers) {
    if (peer.ppk && peer.ppk->id == id) return &*peer.ppk;
  }
  return nullptr;
}

// Whether the profile takes nobody without a key: the entry for this peer says so.
bool ppk_required(const policy::Snapshot& snapshot, const policy::Ikev2Profile& profile,
                  const IpAddress& peer) {
  const policy::Ppk* ppk = ppk_towards(snapshot, profile, peer);
  return ppk != nullptr && ppk->required;
}

}  // namespace

const policy::Ppk* ppk_towards(const policy::Snapshot& snapshot,
                               const policy::Ikev2Profile& profile, const IpAddress& peer) {
  const policy::Ikev2Keyring* ring = ppk_ring(snapshot, profile);
  const policy::KeyringPeer* entry = ring == nullptr ? nullptr : ring->find(peer, nullptr);
  return entry == nullptr || !entry->ppk ? nullptr : &*entry->ppk;
}

bool answers_use_ppk(const policy::Snapshot& snapshot, const IpAddress& local) {
  return std::any_of(
      snapshot.ikev2_profiles.begin(), snapshot.ikev2_profiles.end(), [&](const auto& item) {
        const policy::Ikev2Profile& profile = item.second;
        const bool here = !profile.match_local_address || *profile.match_local_address == local;
        return here && profile.complete() && ppk_ring(snapshot, profile) != nullptr;
      });
}

Status mix_ppk(IkeSa& sa, const policy::Ppk& ppk) {
  const auto prf = crypto::prf_from_id(static_cast<std::uint16_t>(sa.suite.prf));
  if (!prf || !sa.handshake) return fail(Errc::kState, "no handshake under way");
  if (ppk.key.empty())
    return fail(Errc::kDenied, "PPK " + ppk.id + " is encrypted under another master key");
  Handshake& h = *sa.handshake;
  Result<SecretBytes> sk_d = crypto::mix_ppk(*prf, ppk.key, sa.sk_d);
  Result<SecretBytes> sk_pi = crypto::mix_ppk(*prf, ppk.key, h.sk_pi);
  Result<SecretBytes> sk_pr = crypto::mix_ppk(*prf, ppk.key, h.sk_pr);
  for (const auto* key : {&sk_d, &sk_pi, &sk_pr}) {
    if (!*key) return tl::unexpected(key->error());
  }
  h.without_ppk = Handshake::Keys{std::exchange(sa.sk_d, std::move(*sk_d)),
                                  std::exchange(h.sk_pi, std::move(*sk_pi)),
                                  std::exchange(h.sk_pr, std::move(*sk_pr))};
  sa.ppk_id = ppk.id;
  return {};
}

Status settle_ppk(IkeSa& sa, const policy::Snapshot& snapshot, const policy::Ikev2Profile& profile,
                  Claim& claim) {
  Steps& steps = sa.handshake->steps;
  const bool required = ppk_required(snapshot, profile, sa.remote.address);
  if (!sa.handshake->use_ppk || !claim.ppk_identity) {
    if (!required) return {};
    return fail(Errc::kDenied, "peer does not use a PPK, which its keyring entry requires");
  }
  if (const policy::Ppk* ppk = ppk_by_id(snapshot, profile, *claim.ppk_identity)) {
    steps.push_back("PPK " + ppk->id + " is mixed in");
    return mix_ppk(sa, *ppk);
  }
  steps.push_back("PPK " + *claim.ppk_identity + " is not known under profile " + profile.name);
  if (required) return fail(Errc::kDenied, steps.back() + ", and one is required");
  if (!claim.auth_without_ppk) return fail(Errc::kDenied, steps.back() + ", which peer requires");
  claim.auth = std::move(*claim.auth_without_ppk);
  claim.auth_without_ppk.reset();
  return {};
}

Status take_ppk_answer(IkeSa& sa, const policy::Ppk* ppk, const Payloads& response) {
  if (ppk == nullptr || !sa.handshake->without_ppk) return {};
  if (wire::find_notify(response, wire::NotifyType::kPpkIdentity) != nullptr) {
    sa.handshake->steps.push_back("PPK " + ppk->id + " is mixed in");
    return {};
  }
  if (ppk->required) return fail(Errc::kDenied, "peer does not use PPK " + ppk->id);
  sa.handshake->steps.push_back("peer does not use PPK " + ppk->id);
  Handshake::Keys& keys = *sa.handshake->without_ppk;
  sa.sk_d = std::move(keys.sk_d);
  sa.handshake->sk_pi = std::move(keys.sk_pi);
  sa.handshake->sk_pr = std::move(keys.sk_pr);
  sa.handshake->without_ppk.reset();
  sa.ppk_id.clear();
  return {};
}

}  // namespace spa::ikev2
