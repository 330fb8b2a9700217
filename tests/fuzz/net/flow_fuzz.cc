// SPDX-License-Identifier: Apache-2.0
// What comes out of the TUN or out of a tunnel, and what port 4500 gets.
#include <cstdlib>

#include "userspace/dataplane/flow.h"
#include "userspace/net/nat_demux.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spa;
  const ByteView octets(data, size);
  const auto content = net::classify_nat_port(octets);
  if (content == net::NatPortContent::kEsp && size < net::kEspHeaderLength) std::abort();
  const auto flow = dataplane::read_flow(octets);
  if (!flow) return 0;
  if (flow->source.empty() || flow->source.family() != flow->destination.family()) std::abort();
  // The selectors made for a flow take this flow.
  const auto pair = dataplane::to_selectors(*flow);
  if (!dataplane::takes(pair.local, flow->source, flow->protocol, flow->has_ports,
                        flow->source_port) ||
      !dataplane::takes(pair.remote, flow->destination, flow->protocol, flow->has_ports,
                        flow->destination_port)) {
    std::abort();
  }
  if (dataplane::reversed(dataplane::reversed(*flow)) != *flow) std::abort();
  return 0;
}
