// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev2/admission.h"

#include <algorithm>
#include <array>

namespace spa::ikev2 {

namespace {

using enum wire::ExchangeType;
using enum wire::PayloadType;

constexpr bool kRequest = false;
constexpr bool kResponse = true;
constexpr unsigned kMany = 32;

// What a response must hold besides an error notification is for its script to say: the minimum of
// a response is 0.
constexpr std::array kRows{
    AdmissionRow{kIkeSaInit, kRequest, kSa, 1, 1},
    AdmissionRow{kIkeSaInit, kRequest, kKe, 1, 1},
    AdmissionRow{kIkeSaInit, kRequest, kNonce, 1, 1},
    AdmissionRow{kIkeSaInit, kRequest, kNotify, 0, kMany},
    AdmissionRow{kIkeSaInit, kRequest, kVendorId, 0, kMany},

    AdmissionRow{kIkeSaInit, kResponse, kSa, 0, 1},
    AdmissionRow{kIkeSaInit, kResponse, kKe, 0, 1},
    AdmissionRow{kIkeSaInit, kResponse, kNonce, 0, 1},
    AdmissionRow{kIkeSaInit, kResponse, kCertReq, 0, 8},
    AdmissionRow{kIkeSaInit, kResponse, kNotify, 0, kMany},
    AdmissionRow{kIkeSaInit, kResponse, kVendorId, 0, kMany},

    AdmissionRow{kIkeSessionResume, kRequest, kNonce, 1, 1},
    AdmissionRow{kIkeSessionResume, kRequest, kNotify, 1, kMany},
    AdmissionRow{kIkeSessionResume, kRequest, kVendorId, 0, kMany},

    AdmissionRow{kIkeSessionResume, kResponse, kNonce, 0, 1},
    AdmissionRow{kIkeSessionResume, kResponse, kNotify, 0, kMany},
    AdmissionRow{kIkeSessionResume, kResponse, kVendorId, 0, kMany},

    AdmissionRow{kIkeIntermediate, kRequest, kKe, 0, 1},
    AdmissionRow{kIkeIntermediate, kRequest, kNotify, 0, kMany},
    AdmissionRow{kIkeIntermediate, kRequest, kVendorId, 0, kMany},

    AdmissionRow{kIkeIntermediate, kResponse, kKe, 0, 1},
    AdmissionRow{kIkeIntermediate, kResponse, kNotify, 0, kMany},
    AdmissionRow{kIkeIntermediate, kResponse, kVendorId, 0, kMany},

    AdmissionRow{kIkeAuth, kRequest, kIdi, 1, 1},
    AdmissionRow{kIkeAuth, kRequest, kCert, 0, 16},
    AdmissionRow{kIkeAuth, kRequest, kCertReq, 0, 8},
    AdmissionRow{kIkeAuth, kRequest, kIdr, 0, 1},
    AdmissionRow{kIkeAuth, kRequest, kAuth, 0, 1},  // absent: the peer asks for EAP
    AdmissionRow{kIkeAuth, kRequest, kConfig, 0, 1},
    AdmissionRow{kIkeAuth, kRequest, kSa, 0, 1},
    AdmissionRow{kIkeAuth, kRequest, kTsi, 0, 1},
    AdmissionRow{kIkeAuth, kRequest, kTsr, 0, 1},
    AdmissionRow{kIkeAuth, kRequest, kNotify, 0, kMany},
    AdmissionRow{kIkeAuth, kRequest, kVendorId, 0, kMany},

    AdmissionRow{kIkeAuth, kResponse, kIdr, 0, 1},
    AdmissionRow{kIkeAuth, kResponse, kCert, 0, 16},
    AdmissionRow{kIkeAuth, kResponse, kAuth, 0, 1},
    AdmissionRow{kIkeAuth, kResponse, kConfig, 0, 1},
    AdmissionRow{kIkeAuth, kResponse, kSa, 0, 1},
    AdmissionRow{kIkeAuth, kResponse, kTsi, 0, 1},
    AdmissionRow{kIkeAuth, kResponse, kTsr, 0, 1},
    AdmissionRow{kIkeAuth, kResponse, kNotify, 0, kMany},
    AdmissionRow{kIkeAuth, kResponse, kVendorId, 0, kMany},

    AdmissionRow{kCreateChildSa, kRequest, kSa, 1, 1},
    AdmissionRow{kCreateChildSa, kRequest, kNonce, 1, 1},
    AdmissionRow{kCreateChildSa, kRequest, kKe, 0, 1},
    AdmissionRow{kCreateChildSa, kRequest, kTsi, 0, 1},
    AdmissionRow{kCreateChildSa, kRequest, kTsr, 0, 1},
    AdmissionRow{kCreateChildSa, kRequest, kNotify, 0, kMany},
    AdmissionRow{kCreateChildSa, kRequest, kVendorId, 0, kMany},

    AdmissionRow{kCreateChildSa, kResponse, kSa, 0, 1},
    AdmissionRow{kCreateChildSa, kResponse, kNonce, 0, 1},
    AdmissionRow{kCreateChildSa, kResponse, kKe, 0, 1},
    AdmissionRow{kCreateChildSa, kResponse, kTsi, 0, 1},
    AdmissionRow{kCreateChildSa, kResponse, kTsr, 0, 1},
    AdmissionRow{kCreateChildSa, kResponse, kNotify, 0, kMany},
    AdmissionRow{kCreateChildSa, kResponse, kVendorId, 0, kMany},

    AdmissionRow{kIkeFollowupKe, kRequest, kKe, 1, 1},
    AdmissionRow{kIkeFollowupKe, kRequest, kNotify, 0, kMany},
    AdmissionRow{kIkeFollowupKe, kRequest, kVendorId, 0, kMany},

    AdmissionRow{kIkeFollowupKe, kResponse, kKe, 0, 1},
    AdmissionRow{kIkeFollowupKe, kResponse, kNotify, 0, kMany},
    AdmissionRow{kIkeFollowupKe, kResponse, kVendorId, 0, kMany},

    AdmissionRow{kInformational, kRequest, kNotify, 0, kMany},
    AdmissionRow{kInformational, kRequest, kDelete, 0, 8},
    AdmissionRow{kInformational, kRequest, kConfig, 0, 1},
    AdmissionRow{kInformational, kRequest, kVendorId, 0, kMany},

    AdmissionRow{kInformational, kResponse, kNotify, 0, kMany},
    AdmissionRow{kInformational, kResponse, kDelete, 0, 8},
    AdmissionRow{kInformational, kResponse, kConfig, 0, 1},
    AdmissionRow{kInformational, kResponse, kVendorId, 0, kMany},
};

}  // namespace

std::span<const AdmissionRow> admission_rows() {
  return kRows;
}

Status admit(wire::ExchangeType exchange, bool response, std::span<const wire::Payload> payloads) {
  std::array<unsigned, 256> count{};
  std::array<bool, 256> unknown{};
  for (const wire::Payload& payload : payloads) {
    const auto type = static_cast<std::uint8_t>(wire::type_of(payload));
    ++count[type];
    unknown[type] = std::holds_alternative<wire::UnknownPayload>(payload);
  }
  for (const AdmissionRow& row : kRows) {
    if (row.exchange != exchange || row.response != response) continue;
    unsigned& found = count[static_cast<std::uint8_t>(row.payload)];
    if (found < row.min || found > row.max) {
      return fail(Errc::kInvalid,
                  wire::to_string(exchange) + (response ? " response" : " request") + " holds " +
                      std::to_string(found) + " " + wire::to_string(row.payload) + " payloads");
    }
    found = 0;
  }
  for (std::size_t type = 0; type < count.size(); ++type) {
    if (count[type] == 0 || unknown[type]) continue;
    return fail(Errc::kInvalid, wire::to_string(exchange) + (response ? " response" : " request") +
                                    " may not hold a payload of type " +
                                    wire::to_string(static_cast<wire::PayloadType>(type)));
  }
  return {};
}

std::optional<wire::PayloadType> critical_unknown(std::span<const wire::Payload> payloads) {
  for (const wire::Payload& payload : payloads) {
    const auto* unknown = std::get_if<wire::UnknownPayload>(&payload);
    if (unknown != nullptr && unknown->critical) return unknown->type;
  }
  return std::nullopt;
}

const wire::NotifyPayload* error_in(std::span<const wire::Payload> payloads) {
  for (const wire::Payload& payload : payloads) {
    const auto* notify = std::get_if<wire::NotifyPayload>(&payload);
    if (notify != nullptr && wire::is_error(notify->type)) return notify;
  }
  return nullptr;
}

}  // namespace spa::ikev2
