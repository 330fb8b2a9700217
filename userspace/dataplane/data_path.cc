// SPDX-License-Identifier: Apache-2.0
#include "userspace/dataplane/data_path.h"

#include <algorithm>
#include <utility>

namespace spa::dataplane {

namespace {

esp::Address card_address(const IpAddress& address) {
  esp::Address out{};
  const ByteView octets = address.bytes();
  std::copy(octets.begin(), octets.end(), out.begin());
  return out;
}

}  // namespace

DataPath::DataPath(const TunDevice& tun, unsigned mtu, esp::Engine& engine, SecurityPolicy& policy,
                   ports::EspDatagrams& udp, SoftPlaneCounters& counters, DataPathHooks hooks)
    : tun_(tun),
      mtu_(mtu),
      slot_size_(esp::kHeadroom + mtu + esp::kTailroom),
      engine_(engine),
      policy_(policy),
      udp_(udp),
      counters_(counters),
      hooks_(std::move(hooks)),
      memory_(std::make_unique_for_overwrite<std::uint8_t[]>(kBurst * slot_size_)) {}

card::MutableByteView DataPath::slot(std::size_t index) {
  return {memory_.get() + index * slot_size_, slot_size_};
}

void DataPath::from_tun() {
  for (int round = 0; round < kBurstsPerWake; ++round) {
    std::size_t count = 0;
    while (count < kBurst) {
      const std::size_t length = tun_.read(slot(count).subspan(esp::kHeadroom, mtu_));
      if (length == 0) break;
      classify(count++, length);
    }
    counters_.tun_packets_in += count;
    send_burst();
    if (count < kBurst) return;
  }
}

void DataPath::classify(std::size_t index, std::size_t length) {
  const card::MutableByteView buffer = slot(index);
  const ByteView packet = buffer.subspan(esp::kHeadroom, length);
  const auto flow = read_flow(packet);
  if (!flow) {
    ++counters_.not_ip;
    return;
  }
  RuleState* state = policy_.match(*flow);
  if (state == nullptr || state->rule.clear) {
    ++counters_.no_policy;
    return;
  }
  InstalledPair* pair = SecurityPolicy::choose(*state, *flow);
  if (pair == nullptr) {
    hold(*state, packet, *flow);
    return;
  }
  esp::EncapPacket job;
  job.packet = {buffer, esp::kHeadroom, length};
  if (pair->compression && pair->compression->compress(streams_, job.packet) != SPA_OK) {
    ++counters_.encrypt_errors;
    return;
  }
  job.sa_index = pair->index_out;
  job.sa_generation = pair->generation;
  outbound_.push_back(job);
  owners_.push_back(pair);
}

void DataPath::hold(RuleState& state, ByteView packet, const Flow& flow) {
  if (state.waiting.size() >= SecurityPolicy::kMostWaiting) {
    state.waiting.pop_front();  // the newest are the ones whose sender still waits
    ++counters_.no_sa;
    ++state.dropped;
  }
  state.waiting.push_back(to_bytes(packet));
  ++counters_.queued;
  hooks_.no_sa(state, flow);
}

void DataPath::send_burst() {
  if (outbound_.empty()) return;
  engine_.encapsulate(outbound_);
  for (std::size_t i = 0; i < outbound_.size(); ++i) {
    const esp::EncapPacket& job = outbound_[i];
    if (job.status == SPA_OK) {
      departures_.push_back(
          {owners_[i]->sa.local, owners_[i]->sa.remote, ByteView(job.packet.view())});
    } else if (job.status == SPA_E_LIFETIME) {
      ++counters_.lifetime;
    } else {
      ++counters_.encrypt_errors;
    }
  }
  counters_.send_errors += departures_.size() - udp_.send_esp(departures_);
  outbound_.clear();
  owners_.clear();
  departures_.clear();
}

void DataPath::release_waiting(RuleState& state) {
  std::deque<Bytes> packets = std::exchange(state.waiting, {});
  std::size_t used = 0;
  for (const Bytes& packet : packets) {
    if (packet.size() > mtu_) continue;
    std::copy(packet.begin(), packet.end(), slot(used).subspan(esp::kHeadroom).begin());
    classify(used++, packet.size());
  }
  send_burst();
}

void DataPath::from_udp(std::span<ports::EspArrival> burst) {
  inbound_.clear();
  for (ports::EspArrival& arrival : burst) {
    esp::DecapPacket job;
    job.packet = {arrival.buffer, arrival.offset, arrival.length};
    job.esp_only = true;
    job.ipv6 = arrival.remote.address.is_v6();
    job.saddr = card_address(arrival.remote.address);
    job.daddr = card_address(arrival.local.address);
    inbound_.push_back(job);
  }
  engine_.decapsulate(inbound_);
  for (std::size_t i = 0; i < inbound_.size(); ++i) deliver(inbound_[i], burst[i]);
}

void DataPath::deliver(const esp::DecapPacket& job, const ports::EspArrival& arrival) {
  if (job.status != SPA_OK) {
    count_failure(job.status);
    return;
  }
  InstalledPair* pair = hooks_.by_index(job.sa_index);
  if (pair == nullptr) {
    ++counters_.unknown_spi;
    return;
  }
  if (arrival.remote != pair->sa.remote && arrival.remote != pair->reported) {
    pair->reported = arrival.remote;
    hooks_.moved(*pair, arrival.remote);
  }
  if (job.dummy) return;
  esp::PacketBuffer plain = job.packet;
  if (pair->compression && !decompress(*pair, plain)) return;
  const ByteView packet = plain.view();
  const auto flow = read_flow(packet);
  // RFC 3948 3.1.1: behind a NAT too the inner addresses are those that were agreed on.
  if (!flow || !SecurityPolicy::may_carry(*pair, reversed(*flow))) {
    ++counters_.selector_mismatch;
    ++pair->selector_failures;
    return;
  }
  if (tun_.write(packet)) ++counters_.tun_packets_out;
}

bool DataPath::decompress(InstalledPair& pair, esp::PacketBuffer& packet) {
  constexpr std::size_t kAnyPacket = 65535 + 40;
  if (inflated_.empty()) inflated_.resize(kAnyPacket);
  if (pair.compression->decompress(streams_, packet, inflated_) == SPA_OK) return true;
  ++counters_.format_failures;
  return false;
}

void DataPath::count_failure(spa_status status) {
  switch (status) {
    case SPA_E_NOT_FOUND:
      ++counters_.unknown_spi;
      break;
    case SPA_E_AUTH:
      ++counters_.auth_failures;
      break;
    case SPA_E_REPLAY:
      ++counters_.replay_failures;
      break;
    case SPA_E_LIFETIME:
      ++counters_.lifetime;
      break;
    default:
      ++counters_.format_failures;
      break;
  }
}

}  // namespace spa::dataplane
