// SPDX-License-Identifier: Apache-2.0
// Routes for what IPsec protects, apart from the host's own: policy-routing rules pick packets by
// the local side of a selector (source, protocol, ports) and send them to a table of ours, where
// the remote side is an ordinary route. One rule serves all selectors with the same local side, so
// that thousands of peers cost one lookup. What no selector wants never sees these tables
// (R-MAP-20).
#pragma once

#include <cstdint>
#include <memory>

#include "userspace/base/address.h"
#include "userspace/base/result.h"
#include "userspace/kernel/route_lookup.h"
#include "userspace/policy/traffic.h"

namespace spa::kernel {

struct ProtectedRoutesOptions {
  static constexpr std::uint32_t kLevels = 64;  // priorities in use, with one more behind them
  std::uint32_t first_table = 53500;            // this one and those after it are used
  std::uint32_t priority = 5350;                // of the policy-routing rules of level 0
  std::uint32_t exempt_mark = 0;  // packets with any of these bits in their mark pass by
};

class ProtectedRoutes {
 public:
  // Removes what an earlier process left behind. kIo, kDenied.
  static Result<std::unique_ptr<ProtectedRoutes>> open(const ProtectedRoutesOptions& options);
  // Takes all rules and routes away again.
  ~ProtectedRoutes();

  // `source`: the host's own address within the local side, from which its own traffic then goes;
  // unspecified: only what is forwarded, or bound to such an address, is protected. Adding a
  // selector pair again counts, and takes over the new source and target. Lower levels are asked
  // first; the last one of kLevels stands for all beyond it.
  Status add(const policy::SelectorPair& selectors, const IpAddress& source,
             const RouteTarget& target, std::uint32_t level = 0);
  // Undoes one add(). kNotFound.
  Status remove(const policy::SelectorPair& selectors, std::uint32_t level = 0);

  // Packets that go the host's own way, whatever higher levels want of them (R-MAP-20).
  Status exempt(const policy::SelectorPair& selectors, std::uint32_t level);
  Status remove_exempt(const policy::SelectorPair& selectors, std::uint32_t level);

  // How the host reaches `remote` now, with its marked traffic where `mark` is given. kNotFound.
  Result<RouteTarget> towards(const IpAddress& remote, std::uint32_t mark = 0);

 private:
  struct Impl;
  explicit ProtectedRoutes(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace spa::kernel
