// SPDX-License-Identifier: Apache-2.0
// The way of the packets through the soft data plane, in bursts from end to end: TUN, policy,
// engine, UDP, and back. Knows nothing of threads, timers or listeners: what must be told is handed
// to hooks, after the burst.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "firmware-sim/esp/engine.h"
#include "userspace/dataplane/security_policy.h"
#include "userspace/dataplane/soft_sa_database.h"
#include "userspace/dataplane/tun_device.h"
#include "userspace/ports/esp_datagrams.h"

namespace spa::dataplane {

struct DataPathHooks {
  // A rule has no SA for this flow; the packet waits in `state`.
  std::function<void(RuleState& state, const Flow& flow)> no_sa;
  // Authentic packets of this pair come from another end point than before.
  std::function<void(InstalledPair& pair, const Endpoint& remote)> moved;
  // The pair whose inbound SA has this index in the table; may be null.
  std::function<InstalledPair*(std::uint32_t index)> by_index;
};

class DataPath {
 public:
  DataPath(const TunDevice& tun, unsigned mtu, esp::Engine& engine, SecurityPolicy& policy,
           ports::EspDatagrams& udp, SoftPlaneCounters& counters, DataPathHooks hooks);

  // The TUN has packets.
  void from_tun();
  // ESP has come over UDP.
  void from_udp(std::span<ports::EspArrival> burst);
  // Sends what waited for an SA.
  void release_waiting(RuleState& state);

 private:
  static constexpr std::size_t kBurst = 64;
  // Bursts of one wake, so that the rest of the loop gets its turn.
  static constexpr int kBurstsPerWake = 4;

  [[nodiscard]] card::MutableByteView slot(std::size_t index);
  // Looks up the packet in this slot; puts it into the burst, or lets it wait, or drops it.
  void classify(std::size_t index, std::size_t length);
  void hold(RuleState& state, ByteView packet, const Flow& flow);
  void send_burst();
  void deliver(const esp::DecapPacket& job, const ports::EspArrival& arrival);
  [[nodiscard]] bool decompress(InstalledPair& pair, esp::PacketBuffer& packet);
  void count_failure(spa_status status);

  const TunDevice& tun_;
  const std::size_t mtu_;
  const std::size_t slot_size_;
  esp::Engine& engine_;
  SecurityPolicy& policy_;
  ports::EspDatagrams& udp_;
  SoftPlaneCounters& counters_;
  DataPathHooks hooks_;

  std::unique_ptr<std::uint8_t[]> memory_;
  std::vector<esp::EncapPacket> outbound_;
  std::vector<InstalledPair*> owners_;  // of outbound_
  std::vector<ports::EspDeparture> departures_;
  std::vector<esp::DecapPacket> inbound_;
  esp::IpComp streams_;
  std::vector<std::uint8_t> inflated_;  // made with the first packet that needs it
};

}  // namespace spa::dataplane
