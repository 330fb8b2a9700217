// SPDX-License-Identifier: Apache-2.0
// The screens of a PIX (R-SHOW-27 to R-SHOW-34): hexadecimal in lower case, times in UTC without a
// zone (R-PIX-17, R-PIX-18).
#pragma once

#include <string>
#include <vector>

#include "userspace/config/show/accelerator.h"
#include "userspace/config/show/ikev2.h"
#include "userspace/config/show/ipsec_sa.h"
#include "userspace/pki/enrolment.h"

namespace spa::config {

[[nodiscard]] Pieces pix_isakmp_sa_text(const SaRows& sas);
// The hits of a line are the packets that its SAs have carried out.
[[nodiscard]] std::string pix_crypto_map_text(const policy::Snapshot& policy,
                                              const std::string& only,
                                              const std::vector<IpsecIdentView>& idents);
// A connection is an ISAKMP SA or one direction of an IPsec SA. `size` is what the card has room
// for; without a card, whose room is memory, the next power of two.
[[nodiscard]] std::string pix_engine_text(const EngineInventory& inventory,
                                          const std::vector<ike::IkeSaStatus>& sas);
[[nodiscard]] std::string pix_certificates_text(const std::vector<CertificateView>& certificates,
                                                const std::vector<pki::PendingRequest>& requests);
[[nodiscard]] std::string pix_crls_text(const std::vector<CrlView>& crls);
[[nodiscard]] std::string pix_time_text(WallTime now);
// `streams` as Backend::debugging() has them. There is no failover: all of it is off.
[[nodiscard]] std::string pix_debug_text(const std::vector<std::string>& streams);

}  // namespace spa::config
