// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev1/admission.h"

#include <array>
#include <string>

namespace spa::ikev1 {

namespace {

namespace v1 = wire::v1;
using enum v1::PayloadType;

constexpr auto kMainMode = v1::ExchangeType::kIdentityProtection;
constexpr auto kAggressiveMode = v1::ExchangeType::kAggressive;
constexpr auto kQuickMode = v1::ExchangeType::kQuickMode;
constexpr auto kTransaction = v1::ExchangeType::kTransaction;
constexpr auto kInformational = v1::ExchangeType::kInformational;

constexpr unsigned kMany = 32;

constexpr std::array kRows{
    AdmissionRow{kMainMode, kSa, 1},
    AdmissionRow{kMainMode, kKe, 1},
    AdmissionRow{kMainMode, kNonce, 1},
    AdmissionRow{kMainMode, kId, 1},
    AdmissionRow{kMainMode, kCert, 16},
    AdmissionRow{kMainMode, kCertReq, kMany},
    AdmissionRow{kMainMode, kHash, 1},
    AdmissionRow{kMainMode, kSignature, 1},
    AdmissionRow{kMainMode, kNotify, kMany},
    AdmissionRow{kMainMode, kVendorId, kMany},
    AdmissionRow{kMainMode, kNatD, kMany},
    AdmissionRow{kMainMode, kNatDDrafts00, kMany},
    AdmissionRow{kMainMode, kNatDDrafts04, kMany},

    AdmissionRow{kAggressiveMode, kSa, 1},
    AdmissionRow{kAggressiveMode, kKe, 1},
    AdmissionRow{kAggressiveMode, kNonce, 1},
    AdmissionRow{kAggressiveMode, kId, 1},
    AdmissionRow{kAggressiveMode, kCert, 16},
    AdmissionRow{kAggressiveMode, kCertReq, kMany},
    AdmissionRow{kAggressiveMode, kHash, 1},
    AdmissionRow{kAggressiveMode, kSignature, 1},
    AdmissionRow{kAggressiveMode, kNotify, kMany},
    AdmissionRow{kAggressiveMode, kVendorId, kMany},
    AdmissionRow{kAggressiveMode, kNatD, kMany},
    AdmissionRow{kAggressiveMode, kNatDDrafts00, kMany},
    AdmissionRow{kAggressiveMode, kNatDDrafts04, kMany},

    AdmissionRow{kQuickMode, kHash, 1},
    AdmissionRow{kQuickMode, kSa, 1},
    AdmissionRow{kQuickMode, kNonce, 1},
    AdmissionRow{kQuickMode, kKe, 1},
    AdmissionRow{kQuickMode, kId, 2},
    AdmissionRow{kQuickMode, kNotify, kMany},
    AdmissionRow{kQuickMode, kVendorId, kMany},
    AdmissionRow{kQuickMode, kNatOa, 2},
    AdmissionRow{kQuickMode, kNatOaDrafts00, 2},
    AdmissionRow{kQuickMode, kNatOaDrafts04, 2},

    AdmissionRow{kTransaction, kHash, 1},
    AdmissionRow{kTransaction, kAttributes, 1},
    AdmissionRow{kTransaction, kNotify, kMany},
    AdmissionRow{kTransaction, kVendorId, kMany},

    AdmissionRow{kInformational, kHash, 1},
    AdmissionRow{kInformational, kNotify, kMany},
    AdmissionRow{kInformational, kDelete, 8},
    AdmissionRow{kInformational, kVendorId, kMany},
};

}  // namespace

std::span<const AdmissionRow> admission_rows() {
  return kRows;
}

Status admit(v1::ExchangeType exchange, std::span<const v1::Payload> payloads) {
  std::array<unsigned, 256> count{};
  std::array<bool, 256> opaque{};
  for (const v1::Payload& payload : payloads) {
    const auto type = static_cast<std::uint8_t>(v1::type_of(payload));
    ++count[type];
    opaque[type] = std::holds_alternative<v1::OpaquePayload>(payload);
  }
  for (const AdmissionRow& row : kRows) {
    if (row.exchange != exchange) continue;
    unsigned& found = count[static_cast<std::uint8_t>(row.payload)];
    if (found > row.max) {
      return fail(Errc::kInvalid, v1::to_string(exchange) + " holds " + std::to_string(found) +
                                      " " + v1::to_string(row.payload) + " payloads");
    }
    found = 0;
  }
  for (std::size_t type = 0; type < count.size(); ++type) {
    if (count[type] == 0 || opaque[type]) continue;
    return fail(Errc::kInvalid, v1::to_string(exchange) + " may not hold a payload of type " +
                                    v1::to_string(static_cast<v1::PayloadType>(type)));
  }
  return {};
}

Status admit_first(v1::ExchangeType exchange, std::span<const v1::Payload> payloads) {
  if (Status good = admit(exchange, payloads); !good) return good;
  if (v1::find<v1::SaPayload>(payloads) == nullptr) {
    return fail(Errc::kInvalid, "the first message holds no SA payload");
  }
  if (exchange != kAggressiveMode) return {};
  if (v1::find<v1::KePayload>(payloads) == nullptr) {
    return fail(Errc::kInvalid, "the first message of aggressive mode holds no KE payload");
  }
  return {};
}

}  // namespace spa::ikev1
