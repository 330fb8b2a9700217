// SPDX-License-Identifier: Apache-2.0
// Peers that this router configures and whose users it asks for: crypto isakmp client configuration
// group, username, and the client lines of crypto maps and profiles (R-PROF-9, R-PROF-11,
// R-MAP-22).
#include "userspace/config/commands/refusal.h"
#include "userspace/config/grammar/command.h"
#include "userspace/config/key_encryption.h"
#include "userspace/config/tree.h"
#include "userspace/crypto/password_hash.h"

namespace spa::config {
namespace {

policy::ClientGroup& group(Build& build) {
  return build.snapshot.isakmp.client_groups[build.block_name()];
}

// `dns` and `wins`: one or two IPv4 addresses.
Status set_servers(std::vector<IpAddress>& servers, const Args& args) {
  servers.clear();
  for (const char* name : {"first", "second"}) {
    const Value* server = args.find(name);
    if (server == nullptr) continue;
    if (!server->address.is_v4()) return refuse("mode config has IPv4 addresses alone");
    servers.push_back(server->address);
  }
  return {};
}

void add_servers(std::vector<Command>& table, const std::string& word, const std::string& help,
                 std::vector<IpAddress> policy::ClientGroup::* member, int order) {
  table.push_back({.mode = Mode::kIsakmpClientGroup,
                   .pattern = word + " <first:ip> [<second:ip>]",
                   .help = help,
                   .apply = [member](Build& b, const Args& a) -> Status {
                     return set_servers(group(b).*member, a);
                   },
                   .order = order});
}

void add_word(std::vector<Command>& table, const std::string& pattern, const std::string& argument,
              const std::string& help, std::string policy::ClientGroup::* member, int order) {
  table.push_back({.mode = Mode::kIsakmpClientGroup,
                   .pattern = pattern,
                   .help = help,
                   .apply = [member, argument](Build& b, const Args& a) -> Status {
                     group(b).*member = a.text(argument);
                     return {};
                   },
                   .order = order});
}

void add_group(std::vector<Command>& table) {
  constexpr Mode kMode = Mode::kIsakmpClientGroup;
  table.push_back({.pattern = "crypto isakmp client configuration group <name:word>",
                   .help = "What the peers of a group are given by mode config.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     b.snapshot.isakmp.client_groups[a.text("name")].name = a.text("name");
                     return {};
                   },
                   .key = by({"name"}),
                   .section = Section::kIsakmpClientGroup,
                   .enters = kMode});
  table.push_back({.mode = kMode,
                   .pattern = "key [~0|6] <key:secret>",
                   .help = "The pre-shared key of the group, whose name is the peer's key id.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     if (auto key = usable_key(b, a))
                       group(b).key = {{}, b.block_name(), std::move(*key)};
                     return {};
                   },
                   .order = 1});
  add_servers(table, "dns", "Name servers of the group.", &policy::ClientGroup::dns, 2);
  add_servers(table, "wins", "NetBIOS name servers of the group.", &policy::ClientGroup::wins, 3);
  add_word(table, "domain <domain:word>", "domain", "The DNS domain of the group.",
           &policy::ClientGroup::domain, 4);
  add_word(table, "pool <pool:word>", "pool", "Where the addresses of the group come from.",
           &policy::ClientGroup::pool, 5);
  add_word(
      table, "acl <list:word>", "list",
      "What goes through the tunnel: the sources of this access list; everything unless given.",
      &policy::ClientGroup::access_list, 6);
  table.push_back({.mode = kMode,
                   .pattern = "netmask <mask:mask>",
                   .help = "The mask that goes with an address.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     const std::uint32_t bits = a.find("mask")->prefix_length;
                     group(b).netmask = IpAddress::v4(bits == 0 ? 0 : 0xffffffffU << (32 - bits));
                     return {};
                   },
                   .order = 7});
  table.push_back({.mode = kMode,
                   .pattern = "save-password",
                   .help = "A client may keep the user's password.",
                   .apply = [](Build& b, const Args&) -> Status {
                     group(b).save_password = true;
                     return {};
                   },
                   .order = 8});
  add_word(table, "banner <text:line>", "text", "Shown to the user when the tunnel is up.",
           &policy::ClientGroup::banner, 9);
}

void add_users(std::vector<Command>& table) {
  table.push_back({.pattern = "username <name:word> password [~0|7] <password:secret>",
                   .help = "A user who may be behind a peer (XAUTH).",
                   .apply = [](Build& b, const Args& a) -> Status {
                     const SecretBytes& typed = a.find("password")->secret;
                     const std::string_view word(reinterpret_cast<const char*>(typed.data()),
                                                 typed.size());
                     const auto password = a.has("7") ? crypto::hidden_password(word) : typed;
                     if (!password) return refuse("the word is no password of type 7");
                     b.snapshot.users[a.text("name")] = {a.text("name"), *password};
                     return {};
                   },
                   .key = by({"name"}),
                   .section = Section::kGeneral,
                   .order = 9});
}

policy::ClientAccess& of_map(Build& build, const Args& args) {
  policy::CryptoMap& map = build.snapshot.crypto_maps[args.text("name")];
  map.name = args.text("name");
  return map.client;
}
policy::ClientAccess& of_profile(Build& build, const Args&) {
  return build.snapshot.isakmp.profiles[build.block_name()].client;
}

// The same three lines for a crypto map, in front of which its name stands, and for a profile.
void add_access(std::vector<Command>& table, Mode mode, const std::string& head, Section section,
                const std::vector<std::string>& keys, int order,
                policy::ClientAccess& (*access)(Build&, const Args&)) {
  const auto add = [&](const std::string& pattern, const std::string& help,
                       std::function<Status(Build&, const Args&)> apply,
                       std::vector<std::string> more_keys = {}) {
    std::vector<std::string> all = keys;
    all.insert(all.end(), more_keys.begin(), more_keys.end());
    table.push_back({.mode = mode,
                     .pattern = head + pattern,
                     .help = help,
                     .apply = std::move(apply),
                     .key = all.empty() ? Key{} : by(std::move(all)),
                     .section = section,
                     .order = order,
                     .sorted = keys});
  };
  add("client authentication list <list:word>",
      "Asks for a user and his password after phase 1 (XAUTH); users are those of `username`.",
      [access](Build& b, const Args& a) -> Status {
        access(b, a).authentication_list = a.text("list");
        return {};
      });
  add("isakmp authorization list <list:word>",
      "Looks up the groups of peers, which are those of `crypto isakmp client configuration "
      "group`.",
      [access](Build& b, const Args& a) -> Status {
        access(b, a).authorization_list = a.text("list");
        return {};
      });
  const auto add_address = [&](const std::string& word, const std::string& help,
                               bool policy::ClientAccess::* member) {
    add("client configuration address " + word, help,
        [access, member](Build& b, const Args& a) -> Status {
          access(b, a).*member = true;
          return {};
        });
  };
  add_address("initiate", "Sends clients their settings unasked.", &policy::ClientAccess::initiate);
  add_address("respond", "Answers clients that ask for settings.", &policy::ClientAccess::respond);
  add_address("request", "As initiator, asks the peer for an address and other settings.",
              &policy::ClientAccess::request);
}

}  // namespace

void add_isakmp_client_commands(std::vector<Command>& table) {
  add_group(table);
  add_users(table);
  add_access(table, Mode::kGlobal, "crypto map <name:word> ", Section::kCryptoMapGlobal, {"name"},
             0, of_map);
  add_access(table, Mode::kIsakmpProfile, "", Section::kIsakmpProfile, {}, 8, of_profile);
  table.push_back({.mode = Mode::kIsakmpProfile,
                   .pattern = "client username <name:word> password [~0] <password:secret>",
                   .help = "Who this router is when a peer of the profile asks for a user (XAUTH).",
                   .apply = [](Build& b, const Args& a) -> Status {
                     b.snapshot.isakmp.profiles[b.block_name()].login =
                         policy::User{a.text("name"), a.find("password")->secret};
                     return {};
                   },
                   .order = 8});
  table.push_back({.mode = Mode::kIsakmpProfile,
                   .pattern = "accounting <list:word>",
                   .help = "Kept as it is: nobody is told who uses how much.",
                   .order = 8});
}

}  // namespace spa::config
