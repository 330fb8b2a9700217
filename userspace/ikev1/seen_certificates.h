// SPDX-License-Identifier: Apache-2.0
// RSA certificates by which peers have proved themselves: where the configuration has no key of
// such a peer, values are hidden under this one's (RFC 2409 5.2). In memory only; they are judged
// anew whenever one is used.
#pragma once

#include <cstddef>
#include <deque>

#include "userspace/base/address.h"
#include "userspace/policy/ikev2.h"
#include "userspace/ports/credentials.h"

namespace spa::ikev1 {

struct SeenCertificate {
  IpAddress local;  // ours, at which the peer was met
  IpAddress peer;
  policy::Identity identity;  // which the certificate carries
  Bytes leaf;                 // DER
  Bytes key;                  // DER
};

class SeenCertificates {
 public:
  static constexpr std::size_t kMost = 256;  // the oldest make room

  // Keeps it in place of what was known of the identity, if it is one of RSA that carries it.
  void note(const IpAddress& local, const IpAddress& peer, const policy::Identity& identity,
            const ports::PeerCertificate& certificate);
  void forget(const IpAddress& local, const IpAddress& peer);
  // The latest of who is at this address, or of who is called so; null without one.
  [[nodiscard]] const SeenCertificate* at(const IpAddress& local, const IpAddress& peer) const;
  [[nodiscard]] const SeenCertificate* of(const IpAddress& local,
                                          const policy::Identity& identity) const;

 private:
  std::deque<SeenCertificate> list_;  // the latest first
};

}  // namespace spa::ikev1
