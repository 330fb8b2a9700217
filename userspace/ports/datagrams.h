// SPDX-License-Identifier: Apache-2.0
// How IKE messages come and go. The non-ESP marker of port 4500 (RFC 3948 2.2) is put on and taken
// off below this port.
#pragma once

#include <functional>

#include "userspace/base/address.h"
#include "userspace/base/bytes.h"
#include "userspace/base/result.h"

namespace spa::ports {

class Datagrams {
 public:
  virtual ~Datagrams() = default;
  // Sends one IKE message. `local` names the address and port (500 or 4500) to send from. Loss is
  // not an error; kIo says that the system refused it. Never blocks.
  virtual Status send(const Endpoint& local, const Endpoint& remote, ByteView message) = 0;
};

// What a receiver is called with: one IKE message without marker; `message` lives for the call
// only.
using DatagramHandler =
    std::function<void(const Endpoint& local, const Endpoint& remote, ByteView message)>;

}  // namespace spa::ports
