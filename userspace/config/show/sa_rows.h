// SPDX-License-Identifier: Apache-2.0
// The IKE SAs that a screen is about: which there were when it was asked for, and each as it is
// when its row is made. What is kept until then is a few octets for each SA.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "userspace/config/pieces.h"
#include "userspace/config/show/ikev2.h"

namespace spa::config {

class SaRows {
 public:
  // With a VRF only those that are outside or inside of it (R-VRF-3). `backend` outlives the rows.
  SaRows(Backend& backend, policy::SnapshotPtr policy, const std::string& vrf = {});

  // How many of IKEv1 are not made yet.
  [[nodiscard]] std::size_t negotiating_ikev1() const { return negotiating_ikev1_; }
  // How many there are of a version, and of one address family.
  [[nodiscard]] std::size_t count(int version, std::optional<bool> v6 = std::nullopt) const;

  // Rows of these, `make`d from a few of them at a time; those that have gone away are left out.
  using Make = std::function<std::string(const std::vector<Ikev2View>& sas)>;
  [[nodiscard]] Rows rows(int version, std::optional<bool> v6, Make make) const;

 private:
  struct Listed {
    std::uint32_t id;
    bool ikev1;
    bool v6;
  };
  [[nodiscard]] std::vector<std::uint32_t> ids(int version, std::optional<bool> v6) const;

  Backend& backend_;
  policy::SnapshotPtr policy_;
  std::vector<Listed> list_;
  std::size_t negotiating_ikev1_ = 0;
};

// Puts the VRFs to IKE SAs.
void set_vrfs(const policy::Snapshot& policy, Ikev2View& view);

}  // namespace spa::config
