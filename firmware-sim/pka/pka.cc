// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/pka/pka.h"

#include <utility>

#include "firmware-sim/pka/key_agreement.h"
#include "firmware-sim/pka/rsa.h"

namespace spa::pka {
namespace {

using keystore::PrivateKey;

PkReply finish(spa_status status) {
  return {status, 0, {}};
}

}  // namespace

PkReply Pka::generate(const PkRequest& request, card::ByteView in) const {
  const KeyAgreement* group = key_agreement(request.alg);
  if (!group) return finish(SPA_E_UNSUPPORTED);
  if (!in.empty()) return finish(SPA_E_FIELD);
  if (request.out_length < group->public_length()) return finish(SPA_E_SPACE);
  if (keys_.full()) return finish(SPA_E_FULL);  // before the work; insert() has the last word
  auto key = std::make_shared<PrivateKey>();
  key->group = request.alg;
  PkReply reply{SPA_OK, 0, {}};
  if (!group->generate(key->secret, reply.out)) return finish(SPA_E_CRYPTO);
  const spa_status status = keys_.insert(request.owner, std::move(key), reply.handle);
  return status == SPA_OK ? reply : finish(status);
}

PkReply Pka::derive(const PkRequest& request, card::ByteView in) const {
  const KeyAgreement* group = key_agreement(request.alg);
  if (!group) return finish(SPA_E_UNSUPPORTED);
  const auto key = keys_.find(request.owner, request.key);
  if (!key) return finish(SPA_E_NOT_FOUND);
  if (key->kind != PrivateKey::Kind::kDh || key->group != request.alg) return finish(SPA_E_FIELD);
  if (in.size() != group->public_length()) return finish(SPA_E_FIELD);
  if (request.out_length < group->shared_length()) return finish(SPA_E_SPACE);
  PkReply reply{SPA_OK, 0, {}};
  return group->derive(key->secret, in, reply.out) ? reply : finish(SPA_E_CRYPTO);
}

PkReply Pka::import_key(const PkRequest& request, card::ByteView in) const {
  if (request.alg != SPA_PK_RSA) return finish(SPA_E_UNSUPPORTED);
  if (keys_.full()) return finish(SPA_E_FULL);
  auto key = std::make_shared<PrivateKey>();
  key->kind = PrivateKey::Kind::kRsa;
  if (const spa_status status = rsa_import(in, key->rsa); status != SPA_OK) return finish(status);
  PkReply reply{SPA_OK, 0, {}};
  reply.status = keys_.insert(request.owner, std::move(key), reply.handle);
  return reply;
}

PkReply Pka::sign(const PkRequest& request, card::ByteView in) const {
  const auto key = keys_.find(request.owner, request.key);
  if (!key) return finish(SPA_E_NOT_FOUND);
  if (key->kind != PrivateKey::Kind::kRsa) return finish(SPA_E_FIELD);
  if (request.out_length < rsa_length(*key->rsa)) return finish(SPA_E_SPACE);
  PkReply reply{SPA_OK, 0, {}};
  reply.status = rsa_sign(key->rsa, request.alg, in, reply.out);
  return reply.status == SPA_OK ? reply : finish(reply.status);
}

PkReply Pka::execute(const PkRequest& request, card::ByteView in) const {
  if (in.size() > SPA_PK_DATA_MAX) return finish(SPA_E_FIELD);
  switch (request.op) {
    case SPA_PK_DH_GENERATE:
      return generate(request, in);
    case SPA_PK_DH_DERIVE:
      return derive(request, in);
    case SPA_PK_KEY_IMPORT:
      return import_key(request, in);
    case SPA_PK_KEY_DESTROY:
      return finish(keys_.destroy(request.owner, request.key));
    case SPA_PK_SIGN:
      return sign(request, in);
    case SPA_PK_VERIFY:
      return finish(rsa_verify(request.alg, in));
    default:
      return finish(SPA_E_OPCODE);
  }
}

}  // namespace spa::pka
