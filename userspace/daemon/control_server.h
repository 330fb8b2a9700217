// SPDX-License-Identifier: Apache-2.0
// The daemon's end of the control protocol: a unix socket, one router session a connection.
#pragma once

#include <memory>
#include <string>

#include "userspace/base/result.h"
#include "userspace/config/configuration.h"
#include "userspace/daemon/log_hub.h"
#include "userspace/net/loop.h"

namespace spa::daemon {

class ControlServer {
 public:
  // Everything referred to outlives the server. A socket file that nobody answers on any more is
  // replaced; kExists when another daemon answers there.
  static Result<std::unique_ptr<ControlServer>> listen(net::Loop& loop,
                                                       config::Configuration& configuration,
                                                       LogHub& log, const std::string& path);
  ~ControlServer();  // closes all connections and takes the socket file away

 private:
  struct Impl;
  explicit ControlServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace spa::daemon
