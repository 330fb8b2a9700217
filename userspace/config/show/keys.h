// SPDX-License-Identifier: Apache-2.0
// show crypto key mypubkey rsa (R-SHOW-11), and what a PIX shows of its keys (R-SHOW-33).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "userspace/config/backend.h"
#include "userspace/config/show/form.h"
#include "userspace/config/show/time.h"
#include "userspace/pki/key_store.h"

namespace spa::config {

// A pair of keys, without its private half (R-PKI-10).
struct KeyPairView {
  std::string label;
  pki::KeyUsage usage = pki::KeyUsage::kGeneral;
  bool exportable = false;
  WallTime generated{};
  unsigned bits = 0;
  Bytes public_key;  // SubjectPublicKeyInfo in DER
};

// Those that were made here, then those that came with a certificate from a file, named after its
// trustpoint.
[[nodiscard]] std::vector<KeyPairView> key_pairs(Backend& backend);
[[nodiscard]] bool same_label(std::string_view a, std::string_view b);

[[nodiscard]] std::string keys_text(const std::vector<KeyPairView>& pairs, ScreenForm form,
                                    const policy::TimeZone& zone);
[[nodiscard]] std::string keys_json(const std::vector<KeyPairView>& pairs);
[[nodiscard]] std::string pix_keys_text(const std::vector<KeyPairView>& pairs);

}  // namespace spa::config
