// SPDX-License-Identifier: Apache-2.0
// ESP in UDP (RFC 3948 2.1) as a user-space data plane sends and receives it: in bursts, over the
// sockets that IKE uses. A datagram begins with the SPI.
#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "userspace/base/address.h"
#include "userspace/base/bytes.h"

namespace spa::ports {

// A received ESP datagram inside a buffer with room around it, so that it can be opened in place.
struct EspArrival {
  Endpoint local;
  Endpoint remote;
  MutableByteView buffer;
  std::size_t offset = 0;  // of the SPI in `buffer`
  std::size_t length = 0;  // octets from there on
};

struct EspDeparture {
  Endpoint local;
  Endpoint remote;
  ByteView packet;
};

// Called with one burst; what it points to lives for the call only.
using EspBurstHandler = std::function<void(std::span<EspArrival> burst)>;

class EspDatagrams {
 public:
  virtual ~EspDatagrams() = default;
  // Sends a burst in order, never blocks; gives the number of datagrams that the system took.
  virtual std::size_t send_esp(std::span<const EspDeparture> burst) = 0;
  // Who gets what arrives; empty: nobody, ESP is dropped.
  virtual void set_esp_handler(EspBurstHandler handler) = 0;
};

}  // namespace spa::ports
