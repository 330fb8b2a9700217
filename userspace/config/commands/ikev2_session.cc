// SPDX-License-Identifier: Apache-2.0
// crypto ikev2 …: how sessions behave once there is a peer, and what peers are given.
#include <algorithm>

#include "userspace/config/commands/refusal.h"
#include "userspace/config/grammar/command.h"
#include "userspace/config/tree.h"

namespace spa::config {
namespace {

policy::Ikev2Profile& profile(Build& build) {
  return build.snapshot.ikev2_profiles[build.block_name()];
}

Status add_pool_range(Build& build, const Args& args) {
  const IpAddress first = args.find("first")->address;
  const IpAddress last = args.find("last") != nullptr ? args.find("last")->address : first;
  if (first.family() != last.family() || last < first) {
    return refuse("the last address lies before the first");
  }
  policy::AddressPool& pool = build.snapshot.address_pools[args.text("name")];
  pool.name = args.text("name");
  pool.ranges.push_back({first, last});
  return {};
}

Status set_authorization(Build& build, const Args& args) {
  policy::AuthorizationPolicy& policy = build.snapshot.authorization_policies[args.text("name")];
  policy.name = args.text("name");
  if (args.find("pool") != nullptr) policy.pool = args.text("pool");
  if (args.find("pool6") != nullptr) policy.ipv6_pool = args.text("pool6");
  if (args.find("acl") != nullptr) policy.split_access_list = args.text("acl");
  if (const Value* mask = args.find("mask"))
    policy.netmask = IpPrefix{IpAddress::v4(~0U), mask->prefix_length}.first();
  if (const Value* server = args.find("server")) policy.dns.push_back(server->address);
  return {};
}

void add_profile_lines(std::vector<Command>& table) {
  constexpr Mode kMode = Mode::kIkev2Profile;
  table.push_back({.mode = kMode,
                   .pattern = "aaa authorization group (psk|cert) list <list:word> <policy:word>",
                   .help = "What peers are given: the name of an authorization policy.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     profile(b).authorization_policy = a.text("policy");
                     return {};
                   },
                   .order = 14});
  table.push_back({.mode = kMode,
                   .pattern = "config-exchange request",
                   .help = "As initiator, asks the peer for an address.",
                   .apply = [](Build& b, const Args&) -> Status {
                     profile(b).request_configuration = true;
                     return {};
                   },
                   .order = 15});
  table.push_back({.mode = kMode,
                   .pattern = "reauthenticate <seconds:120-86400>",
                   .help = "How long an authentication is good for; unlimited unless given.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     profile(b).reauthenticate_seconds =
                         static_cast<std::uint32_t>(a.number("seconds"));
                     return {};
                   },
                   .order = 16});
  table.push_back({.mode = kMode,
                   .pattern = "childless",
                   .help = "As initiator, makes the first CHILD SA in an exchange of its own.",
                   .apply = [](Build& b, const Args&) -> Status {
                     profile(b).childless = true;
                     return {};
                   },
                   .order = 17});
}

void add_client_lines(std::vector<Command>& table) {
  table.push_back({.pattern = "ip local pool <name:word> <first:ip> [<last:ip>]",
                   .help = "Addresses to give to peers; several lines add ranges.",
                   .apply = add_pool_range,
                   .key = by_line(),
                   .section = Section::kIkev2Global});
  table.push_back({.pattern = "crypto ikev2 authorization policy <name:word> (pool <pool:word>|"
                              "ipv6 pool <pool6:word>|dns <server:ip>|netmask <mask:mask>|"
                              "route set access-list <acl:word>)",
                   .help = "What peers are given: an address, name servers, the networks behind "
                           "this router.",
                   .apply = set_authorization,
                   .key = by_line(),
                   .section = Section::kIkev2Global});
}

}  // namespace

void add_ikev2_session_commands(std::vector<Command>& table) {
  table.push_back({.pattern = "crypto ikev2 window <requests:1-20>",
                   .help = "So many requests of a peer may be under way at once; 5 unless given.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     b.snapshot.ikev2_window = static_cast<std::uint32_t>(a.number("requests"));
                     return {};
                   },
                   .section = Section::kIkev2Global,
                   .elide = "crypto ikev2 window 5"});
  table.push_back({.pattern = "crypto ikev2 mobike (on|off)",
                   .help = "Lets peers change their address under a session; on unless given.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     b.snapshot.mobike = a.has("on");
                     return {};
                   },
                   .section = Section::kIkev2Global,
                   .elide = "crypto ikev2 mobike on"});
  table.push_back({.pattern = "crypto ikev2 crash-detection (on|off)",
                   .help = "Lets peers notice at once that this router has restarted, and believes "
                           "theirs; on unless given.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     b.snapshot.crash_detection = a.has("on");
                     return {};
                   },
                   .section = Section::kIkev2Global,
                   .elide = "crypto ikev2 crash-detection on"});
  table.push_back({.pattern = "crypto ikev2 resumption [lifetime <seconds:120-86400>]",
                   .help = "Lets a session that broke off go on by a ticket, without keys and "
                           "certificates anew; off unless given. A ticket is good for an hour, or "
                           "for so many seconds.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     b.snapshot.resumption_seconds =
                         a.find("seconds") != nullptr
                             ? static_cast<std::uint32_t>(a.number("seconds"))
                             : 3600;
                     return {};
                   },
                   .section = Section::kIkev2Global});
  add_profile_lines(table);
  add_client_lines(table);
}

}  // namespace spa::config
