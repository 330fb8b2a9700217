// SPDX-License-Identifier: Apache-2.0
// Waiting for file descriptors, as rooms that own sockets need it from the loop that runs them.
#pragma once

#include <cstdint>
#include <functional>

#include "userspace/base/result.h"

namespace spa::ports {

class Readiness {
 public:
  using Id = std::uint64_t;  // 0 is never given out
  virtual ~Readiness() = default;
  // Calls `readable` on the owner's thread whenever `fd` has something to read, until unwatch().
  // The descriptor stays the caller's and must outlive the watch. kIo: cannot be waited for.
  [[nodiscard]] virtual Result<Id> watch(int fd, std::function<void()> readable) = 0;
  // From then on the callback is not called any more. Unknown ids are ignored.
  virtual void unwatch(Id id) = 0;
};

}  // namespace spa::ports
