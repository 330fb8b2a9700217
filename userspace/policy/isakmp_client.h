// SPDX-License-Identifier: Apache-2.0
// Peers that are configured by this router and name a user: groups, XAUTH, users (R-PROF-9,
// R-PROF-11, R-MAP-22).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "userspace/base/address.h"
#include "userspace/base/bytes.h"

namespace spa::policy {

// A pre-shared key for peers at an address or with a name.
struct IsakmpKey {
  std::optional<IpPrefix> address;
  std::string hostname;
  SecretBytes key;
  bool no_xauth = false;  // `no-xauth`: a peer without a user
  friend bool operator==(const IsakmpKey&, const IsakmpKey&) = default;
};

// `crypto isakmp client configuration group NAME`
struct ClientGroup {
  static constexpr std::size_t kMaxServers = 2;  // of one kind

  std::string name;
  IsakmpKey key;                     // of peers whose key id is the name; empty: none
  std::string pool;                  // `ip local pool`; empty: gives no address
  std::optional<IpAddress> netmask;  // IPv4
  std::vector<IpAddress> dns;        // IPv4
  std::vector<IpAddress> wins;       // IPv4
  std::string domain;
  std::string access_list;  // its sources are behind us: split include; empty: everything is
  std::string banner;
  bool save_password = false;
  friend bool operator==(const ClientGroup&, const ClientGroup&) = default;
};

// `crypto map NAME client …`, `crypto map NAME isakmp authorization list …`, and the same lines of
// a profile.
struct ClientAccess {
  std::string authentication_list;  // XAUTH; empty: nobody is asked for a user
  std::string authorization_list;   // groups are looked up here; there is the local one alone
  bool initiate = false;            // `client configuration address initiate`: we send the address
  bool respond = false;             // `… respond`: we answer who asks for one
  bool request = false;             // `… request`: as initiator we ask for one
  friend bool operator==(const ClientAccess&, const ClientAccess&) = default;
};

// `username NAME password PASSWORD`
struct User {
  std::string name;
  SecretBytes password;
  friend bool operator==(const User&, const User&) = default;
};

}  // namespace spa::policy
