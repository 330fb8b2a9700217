// SPDX-License-Identifier: Apache-2.0
// What the engine does for the exchanges (R-ENG-1 to 6). Public keys are the card's where there is
// one; ciphers and hashes of IKE itself are always done here.
#include "userspace/ikev1/isakmp_sa.h"
#include "userspace/ikev1/trace/steps.h"

namespace spa::ikev1::trace {

namespace {

std::string for_connection(const char* what, const IsakmpSa& sa) {
  return std::string("CryptoEngine0: ") + what + " for conn id " + std::to_string(sa.id);
}

constexpr const char* kParameter = "CryptoEngine0: generate alg parameter";

}  // namespace

std::string operation(std::string_view name, bool hardware) {
  return "CryptoEngine0: " + std::string(name) + (hardware ? "(hw)(ipsec)" : "(sw)(ipsec)");
}

bool is_hardware(std::string_view engine) {
  return !engine.empty() && engine != "OpenSSL";
}

void dh_created(const IsakmpSa& sa, std::string_view engine) {
  tell(sa, [&] {
    return EngineSaid{{kParameter, operation("CRYPTO_ISA_DH_CREATE", is_hardware(engine)),
                       "CRYPTO_ENGINE: Dh phase 1 status: 0"}};
  });
}

void dh_shared(const IsakmpSa& sa, std::string_view engine) {
  tell(sa, [&] {
    return EngineSaid{{kParameter, operation("CRYPTO_ISA_DH_SHARE_SECRET", is_hardware(engine))}};
  });
}

void keys_made(const IsakmpSa& sa) {
  tell(sa, [&] {
    return EngineSaid{{for_connection("calculate pkey hmac", sa), operation("CRYPTO_ISA_IKE_HMAC"),
                       for_connection("create ISAKMP SKEYID", sa),
                       operation("CRYPTO_ISA_SA_CREATE")}};
  });
  say(sa, " SKEYID state generated", kInC);
}

void hmac(const IsakmpSa& sa) {
  tell(sa, [&] {
    return EngineSaid{
        {for_connection("generate hmac context", sa), operation("CRYPTO_ISA_IKE_HMAC")}};
  });
}

void rsa_verified(const IsakmpSa& sa) {
  tell(sa, [] {
    return EngineSaid{
        {"Crypto engine 0: RSA decrypt with public key", "CryptoEngine0: CRYPTO_RSA_PUB_DECRYPT"}};
  });
}

void rsa_signed(const IsakmpSa& sa) {
  tell(sa, [] {
    return EngineSaid{{"Crypto engine 0: RSA encrypt with private key",
                       "CryptoEngine0: CRYPTO_RSA_PRIV_ENCRYPT",
                       "CRYPTO_ENGINE: key process suspended and continued"}};
  });
}

void dh_deleted(const IsakmpSa& sa) {
  // Each negotiation has one such value.
  tell(sa, [] {
    return EngineSaid{
        {"CryptoEngine0: clear dh number for conn id 1", operation("CRYPTO_ISA_DH_DELETE")}};
  });
}

void validated(const IsakmpSa& sa, std::string_view what) {
  tell(sa, [&] { return EngineSaid{{"validate " + std::string(what) + " 0"}}; });
}

void flows_made(const IsakmpSa& sa) {
  tell(sa, [] {
    const std::string created = operation("CRYPTO_ISA_IPSEC_KEY_CREATE");
    return EngineSaid{{"ipsec allocate flow 0", "ipsec allocate flow 0", created, created}};
  });
}

void deleting_sa(const IsakmpSa& sa, const std::string& cause) {
  if (!cause.empty()) {
    tell(sa, [&] {
      return Said{"deleting SA reason \"" + cause + "\" state (" + (sa.initiator ? "I" : "R") +
                      ") " + packet_state(sa) + " (peer " + sa.remote.address.to_string() + ")",
                  kInNewer, Style::kColon};
    });
  }
  tell(sa, [&] {
    return Said{print("purging SA., sa=%X, delme=%X", sa.id, sa.id), kInRouter, Style::kColon};
  });
  tell(sa, [&] {
    return EngineSaid{{"CryptoEngine0: delete connection " + std::to_string(sa.id),
                       operation("CRYPTO_ISA_SA_DELETE")}};
  });
}

}  // namespace spa::ikev1::trace
