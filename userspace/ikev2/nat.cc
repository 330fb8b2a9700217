// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev2/nat.h"

#include "userspace/crypto/hash.h"
#include "userspace/crypto/random.h"

namespace spa::ikev2 {

Result<Bytes> nat_hash(std::uint64_t spi_i, std::uint64_t spi_r, const Endpoint& endpoint) {
  wire::Writer out;
  out.u64(spi_i);
  out.u64(spi_r);
  out.bytes(endpoint.address.bytes());
  out.u16(endpoint.port);
  const Result<Bytes> octets = out.take();
  if (!octets) return octets;
  return crypto::hash(crypto::HashAlgorithm::kSha1, {ByteView(*octets)});
}

Status add_nat_detection(std::vector<wire::Payload>& payloads, std::uint64_t spi_i,
                         std::uint64_t spi_r, const Endpoint& local, const Endpoint& remote,
                         bool pretend) {
  Result<Bytes> source = pretend ? crypto::random_bytes(20) : nat_hash(spi_i, spi_r, local);
  Result<Bytes> destination = nat_hash(spi_i, spi_r, remote);
  if (!source) return tl::unexpected(source.error());
  if (!destination) return tl::unexpected(destination.error());
  payloads.emplace_back(wire::notify(wire::NotifyType::kNatDetectionSourceIp, std::move(*source)));
  payloads.emplace_back(
      wire::notify(wire::NotifyType::kNatDetectionDestinationIp, std::move(*destination)));
  return {};
}

NatFinding detect_nat(std::span<const wire::Payload> payloads, std::uint64_t spi_i,
                      std::uint64_t spi_r, const Endpoint& local, const Endpoint& remote) {
  const Result<Bytes> here = nat_hash(spi_i, spi_r, local);
  const Result<Bytes> there = nat_hash(spi_i, spi_r, remote);
  bool saw_source = false, saw_destination = false;
  bool source_fits = false, destination_fits = false;
  for (const wire::Payload& payload : payloads) {
    const auto* notify = std::get_if<wire::NotifyPayload>(&payload);
    if (notify == nullptr) continue;
    if (notify->type == wire::NotifyType::kNatDetectionSourceIp) {
      saw_source = true;  // several are allowed: one for each address of the sender
      source_fits = source_fits || (there && notify->data == *there);
    } else if (notify->type == wire::NotifyType::kNatDetectionDestinationIp) {
      saw_destination = true;
      destination_fits = destination_fits || (here && notify->data == *here);
    }
  }
  if (!saw_source || !saw_destination) return {};
  return {true, !destination_fits, !source_fits};
}

}  // namespace spa::ikev2
