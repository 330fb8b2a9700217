// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev1/client.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "userspace/ikev1/authentication.h"
#include "userspace/ikev1/exchanges.h"
#include "userspace/ikev1/phase1.h"
#include "userspace/ikev1/xauth.h"

namespace spa::ikev1 {

namespace {

using Attributes = std::vector<v1::Attribute>;
using v1::ConfigType;

constexpr unsigned kTries = 3;  // of a user, before the peer has to begin anew

const policy::ClientAccess* access_of(const IsakmpSa& sa) {
  return client_access(*sa.shard.snapshot, sa.profile, sa.local.address);
}

const policy::User* login_of(const IsakmpSa& sa) {
  const policy::IsakmpProfile* profile = sa.shard.profile(sa.profile);
  return profile != nullptr && profile->login ? &*profile->login : nullptr;
}

// HDR*, HASH(1), ATTR  -->
//                     <--  HDR*, HASH(1), ATTR
// Nothing when the peer answers something else, or refuses.
ike::Task<std::optional<v1::ConfigPayload>> transact(IsakmpSa& sa, ConfigType type,
                                                     ConfigType answer_type,
                                                     Attributes attributes) {
  Exchange& exchange = sa.open_exchange(v1::ExchangeType::kTransaction);
  const auto identifier = static_cast<std::uint16_t>(sa.shard.random());
  Payloads payloads;
  payloads.emplace_back(v1::ConfigPayload{type, identifier, std::move(attributes)});
  Result<Payloads> request = sa.with_hash(exchange.message_id, std::move(payloads));
  if (!request) {
    sa.finish(exchange);
    co_return std::nullopt;
  }
  Incoming answer = co_await sa.ask(exchange, std::move(*request));
  while (!answer.refused && !sa.hash_fits(answer)) answer = co_await sa.reject(exchange, answer);
  if (!answer.refused) sa.accept(exchange, answer);
  exchange.last_sent.clear();  // nothing more is said
  sa.finish(exchange);
  std::optional<v1::ConfigPayload> fitting;
  for (v1::Payload& payload : answer.payloads) {
    auto* config = std::get_if<v1::ConfigPayload>(&payload);
    if (config == nullptr || config->type != answer_type) continue;
    // The message ID binds them already; strongSwan answers with 0.
    if (config->identifier == identifier || config->identifier == 0) fitting = std::move(*config);
  }
  co_return fitting;
}

void refuse_user(IsakmpSa& sa, const std::string& cause) {
  ++sa.shard.counters.auth_failures;
  sa.shard.log(Severity::kNotice, "CRYPTO", "XAUTH_FAILED",
               "Peer " + sa.remote.to_string() + ": " + cause);
  delete_isakmp_sa(sa, "no user: " + cause);
}

// The networks behind us, for a client that sends only what is meant for them into the tunnel.
std::vector<IpPrefix> split_include(const policy::Snapshot& snapshot, const std::string& list) {
  std::vector<IpPrefix> networks = snapshot.permitted_sources(list);
  std::erase_if(networks, [](const IpPrefix& network) { return !network.address.is_v4(); });
  if (networks.size() > kMaxSplitNetworks) networks.resize(kMaxSplitNetworks);
  return networks;
}

// A key id names a group, which many peers are: only a user tells one of them from another.
bool is_one_of_many(const IsakmpSa& sa) {
  return sa.remote_identity.kind == policy::Identity::Kind::kKeyId && sa.client->user.empty();
}

// In whose name an address is lent.
std::string owner_of(const IsakmpSa& sa) {
  const std::string name = sa.remote_identity.to_string() + " " + sa.client->user;
  return is_one_of_many(sa) ? name + sa.remote.to_string() : name;
}

void lend_address(IsakmpSa& sa, const std::string& pool, const std::optional<IpAddress>& wanted) {
  if (pool.empty() || sa.client->lease) return;
  auto lease = sa.shard.ports.address_pools->lend(pool, owner_of(sa), wanted);
  if (!lease) {
    sa.shard.log(Severity::kError, "CRYPTO", "MODE_CONFIG_NO_ADDRESS",
                 "No address for " + sa.remote.to_string() + ": " + lease.error().text);
    return;
  }
  sa.client->lease = std::move(*lease);
  sa.shard.debug(sa, "Allocated address " + sa.client->lease->address().to_string());
}

// `wanted`: the address that the client would like.
ClientSettings settings_for(IsakmpSa& sa, const std::optional<IpAddress>& wanted) {
  ClientSettings settings;
  const policy::Snapshot& snapshot = *sa.shard.snapshot;
  const auto found = snapshot.isakmp.client_groups.find(sa.client ? sa.client->group : "");
  if (found == snapshot.isakmp.client_groups.end()) return settings;
  const policy::ClientGroup& group = found->second;
  lend_address(sa, group.pool, wanted);
  if (sa.client->lease) settings.address = sa.client->lease->address();
  settings.netmask = group.netmask;
  settings.dns = group.dns;
  settings.wins = group.wins;
  settings.domain = group.domain;
  settings.banner = group.banner;
  settings.save_password = group.save_password;
  settings.split_include = split_include(snapshot, group.access_list);
  return settings;
}

std::string group_of(const IsakmpSa& sa) {
  const policy::IsakmpProfile* profile = sa.shard.profile(sa.profile);
  if (profile != nullptr && !profile->client_group.empty()) return profile->client_group;
  const bool named = sa.remote_identity.kind == policy::Identity::Kind::kKeyId;
  return named ? sa.remote_identity.text : std::string();
}

void answer(IsakmpSa& sa, Exchange& exchange, ConfigType type, std::uint16_t identifier,
            Attributes attributes) {
  Payloads payloads;
  payloads.emplace_back(v1::ConfigPayload{type, identifier, std::move(attributes)});
  Result<Payloads> whole = sa.with_hash(exchange.message_id, std::move(payloads));
  if (whole) sa.tell(exchange, std::move(*whole));
  sa.finish(exchange);
}

// The device of the crypto map that phase 1 was begun for.
std::string device_of(const IsakmpSa& sa) {
  for (const ports::PolicyId& id : sa.wanted) {
    if (const ike::Rule* rule = sa.shard.rule(id)) return rule->rule.device;
  }
  return sa.children.empty() ? "" : sa.children.front()->device;
}

// The address becomes one of this host's, for as long as this SA or one that takes its place lives.
void put_on_host(IsakmpSa& sa, const IpAddress& address) {
  ports::ClientAddresses* host = sa.shard.ports.client_addresses;
  const std::string device = device_of(sa);
  if (host == nullptr || device.empty()) return;
  Result<HostAddress> put = HostAddress::put(*host, device, address);
  if (put) {
    sa.client->on_host.emplace(std::move(*put));
  } else {
    sa.shard.log(Severity::kError, "CRYPTO", "MODE_CONFIG_ADDRESS", put.error().text);
  }
}

void take_settings(IsakmpSa& sa, const v1::ConfigPayload& config) {
  Result<ClientSettings> settings = read_settings(config);
  if (!settings) {
    sa.shard.log(Severity::kWarning, "CRYPTO", "MODE_CONFIG_BAD",
                 "Settings from " + sa.remote.to_string() + ": " + settings.error().text);
    return;
  }
  sa.client->settings = std::move(*settings);
  if (!sa.client->settings.address) return;
  sa.shard.log(Severity::kInfo, "CRYPTO", "MODE_CONFIG_ADDRESS",
               "Peer " + sa.remote.to_string() + " lends us address " +
                   sa.client->settings.address->to_string());
  put_on_host(sa, *sa.client->settings.address);
}

void give_login(IsakmpSa& sa, Exchange& exchange, const v1::ConfigPayload& request) {
  const policy::User* login = login_of(sa);
  Status good = login == nullptr
                    ? fail(Errc::kNotFound, "XAUTH: this router has no user for this peer")
                    : judge_xauth_request(request);
  if (!good) {
    sa.shard.log(Severity::kError, "CRYPTO", "XAUTH_FAILED", good.error().text);
    answer(sa, exchange, ConfigType::kReply, request.identifier, xauth_status(false));
    return;
  }
  answer(sa, exchange, ConfigType::kReply, request.identifier,
         xauth_reply({login->name, login->password}));
}

void take_verdict(IsakmpSa& sa, Exchange& exchange, const v1::ConfigPayload& set, bool good) {
  answer(sa, exchange, ConfigType::kAck, set.identifier, xauth_status(good));
  if (!good) return refuse_user(sa, "the peer does not accept our user");
  if (!sa.client || !sa.client->user_pending) return;
  sa.client->user_pending = false;
  sa.client->settings_pending = true;
  sa.shard.debug(sa, "the peer accepts our user");
  settle_older(sa);
  sa.spawn(ask_for_settings(sa));
}

}  // namespace

Result<HostAddress> HostAddress::put(ports::ClientAddresses& host, const std::string& device,
                                     const IpAddress& address) {
  if (Status done = host.assign(device, address); !done) return tl::unexpected(done.error());
  return HostAddress(host, device, address);
}

HostAddress::HostAddress(HostAddress&& other) noexcept
    : host_(std::exchange(other.host_, nullptr)),
      device_(std::move(other.device_)),
      address_(other.address_) {}

HostAddress& HostAddress::operator=(HostAddress&& other) noexcept {
  std::swap(host_, other.host_);
  std::swap(device_, other.device_);
  std::swap(address_, other.address_);
  return *this;
}

HostAddress::~HostAddress() {
  if (host_ != nullptr) host_->withdraw(device_, address_);
}

void settle_older(IsakmpSa& sa) {
  if (std::exchange(sa.client->initial_contact, false)) {
    drop_older(sa);
  } else {
    succeed_older(sa);
  }
}

const policy::ClientAccess* client_access(const policy::Snapshot& snapshot,
                                          const std::string& profile, const IpAddress& local) {
  const policy::ClientAccess nothing;
  const auto bound = snapshot.isakmp.profiles.find(profile);
  if (bound != snapshot.isakmp.profiles.end() && bound->second.client != nothing) {
    return &bound->second.client;
  }
  for (const policy::Interface& interface : snapshot.interfaces) {
    if (interface.addresses.empty() || interface.addresses.front().address != local) continue;
    const auto map = snapshot.crypto_maps.find(interface.crypto_map);
    if (map != snapshot.crypto_maps.end() && map->second.client != nothing) {
      return &map->second.client;
    }
  }
  return nullptr;
}

bool asks_for_user(const policy::Snapshot& snapshot, const std::string& profile,
                   const IpAddress& local, const IpAddress& peer,
                   const policy::Identity* identity) {
  const policy::ClientAccess* access = client_access(snapshot, profile, local);
  if (access == nullptr || access->authentication_list.empty()) return false;
  const policy::IsakmpKey* key = find_key(snapshot, profile, local, peer, identity);
  return key == nullptr || !key->no_xauth;
}

std::vector<policy::IsakmpSuite> with_users(const std::vector<policy::IsakmpSuite>& suites) {
  std::vector<policy::IsakmpSuite> out;
  for (const policy::IsakmpSuite& suite : suites) {
    out.push_back(suite);
    out.back().xauth = true;
    out.push_back(suite);
  }
  return out;
}

void meet_client(IsakmpSa& sa) {
  if (sa.initiator) {
    sa.client->user_pending = sa.suite.xauth;
    const policy::ClientAccess* access = access_of(sa);
    if (!sa.suite.xauth && access != nullptr && access->request) {
      sa.client->settings_pending = true;
      sa.spawn(ask_for_settings(sa));
    }
    return;
  }
  sa.client->group = group_of(sa);
  const policy::ClientAccess* access = access_of(sa);
  const bool asks = asks_for_user(*sa.shard.snapshot, sa.profile, sa.local.address,
                                  sa.remote.address, &sa.remote_identity);
  if (sa.suite.xauth || asks) {
    sa.client->user_pending = true;
    sa.spawn(ask_for_user(sa));
  } else if (access != nullptr && access->initiate && !sa.client->group.empty()) {
    sa.spawn(send_settings(sa));
  }
}

// Asks                                     Is asked
// -------------------------------------------------------------------
ike::Task<> ask_for_user(IsakmpSa& sa) {
  Shard& shard = sa.shard;
  bool good = false;
  std::string user;
  for (unsigned attempt = 0; !good && attempt < kTries; ++attempt) {
    // HDR*, HASH(1), ATTR(REQUEST: TYPE, USER_NAME, USER_PASSWORD)  -->
    //                                    <--  HDR*, HASH(1), ATTR(REPLY: …)
    auto reply = co_await transact(sa, ConfigType::kRequest, ConfigType::kReply, xauth_request());
    if (!sa.usable()) co_return;
    if (!reply) co_return refuse_user(sa, "the peer names no user");
    const Result<Credentials> given = read_xauth_reply(*reply);
    wipe(*reply);
    if (!given) break;
    user = given->user;
    good = is_user(shard.snapshot->users, *given);
    if (!good) {
      shard.log_limited(Severity::kNotice, "CRYPTO", "XAUTH_FAILED",
                        "Peer " + sa.remote.to_string() + ": name or password is wrong");
    }
  }
  // HDR*, HASH(1), ATTR(SET: STATUS)   -->
  //                                    <--  HDR*, HASH(1), ATTR(ACK)
  if (good) {
    // From now on the client may go on, whether or not its acknowledgement is the first to come.
    sa.client->user = user;
    sa.client->user_pending = false;
    settle_older(sa);
  }
  (void)co_await transact(sa, ConfigType::kSet, ConfigType::kAck, xauth_status(good));
  if (!sa.usable()) co_return;
  if (!good) co_return refuse_user(sa, "name or password is wrong");
  shard.log(Severity::kNotice, "CRYPTO", "XAUTH_PASSED",
            "Peer " + sa.remote.to_string() + " is user " + user);
  const policy::ClientAccess* access = access_of(sa);
  if (access != nullptr && access->initiate && !sa.client->group.empty()) {
    sa.spawn(send_settings(sa));
  }
  begin_wanted(sa);
}

ike::Task<> ask_for_settings(IsakmpSa& sa) {
  // HDR*, HASH(1), ATTR(REQUEST)       -->
  //                                    <--  HDR*, HASH(1), ATTR(REPLY)
  const auto reply =
      co_await transact(sa, ConfigType::kRequest, ConfigType::kReply, settings_request());
  if (!sa.usable()) co_return;
  if (reply) take_settings(sa, *reply);
  sa.client->settings_pending = false;
  begin_wanted(sa);
}

ike::Task<> send_settings(IsakmpSa& sa) {
  Attributes attributes = settings_set(settings_for(sa, std::nullopt));
  if (attributes.empty()) co_return;
  // HDR*, HASH(1), ATTR(SET)           -->
  //                                    <--  HDR*, HASH(1), ATTR(ACK)
  (void)co_await transact(sa, ConfigType::kSet, ConfigType::kAck, std::move(attributes));
}

bool hears_transaction(const IsakmpSa& sa, const Incoming& message) {
  const auto* config = v1::find<v1::ConfigPayload>(message.payloads);
  if (config == nullptr || !sa.client) return false;
  if (config->type != ConfigType::kRequest && config->type != ConfigType::kSet) return false;
  // Only who began phase 1 has a user to name; the other way round nobody is asked.
  if (is_xauth(*config)) return sa.initiator;
  return sa.initiator || !sa.client->user_pending;
}

void take_transaction(IsakmpSa& sa, Exchange& exchange, const Incoming& message) {
  const auto* config = v1::find<v1::ConfigPayload>(message.payloads);
  const bool asks = config->type == ConfigType::kRequest;
  if (is_xauth(*config)) {
    if (asks) return give_login(sa, exchange, *config);
    const Result<bool> verdict = read_xauth_status(*config);
    if (!verdict) return sa.finish(exchange);
    return take_verdict(sa, exchange, *config, *verdict);
  }
  if (asks) {
    const policy::ClientAccess* access = access_of(sa);
    const bool gives = access != nullptr && access->respond;
    answer(
        sa, exchange, ConfigType::kReply, config->identifier,
        gives ? settings_reply(settings_for(sa, wanted_address(*config)), *config) : Attributes{});
    return;
  }
  // Only who began is somebody's client.
  if (!sa.initiator) return sa.finish(exchange);
  take_settings(sa, *config);
  answer(sa, exchange, ConfigType::kAck, config->identifier, settings_ack(*config));
}

bool same_peer(const IsakmpSa& a, const IsakmpSa& b) {
  if (a.remote_identity != b.remote_identity) return false;
  if (!a.client || !b.client) return !a.client && !b.client;
  if (a.client->user_pending || b.client->user_pending) return false;
  if (a.client->user != b.client->user) return false;
  return !is_one_of_many(a) || a.remote == b.remote;
}

bool is_served(const IsakmpSa& sa) {
  return sa.client && (sa.client->lease || !sa.client->user.empty());
}

void inherit_address(IsakmpSa& from, IsakmpSa& to) {
  if (from.client->lease && !to.client->lease) {
    to.client->lease = std::move(from.client->lease);
    from.client->lease.reset();
  }
  if (to.client->settings.address) return;
  to.client->settings = from.client->settings;
  to.client->on_host = std::move(from.client->on_host);
  from.client->on_host.reset();
}

policy::SelectorPair for_client(const IsakmpSa& sa, policy::SelectorPair selectors) {
  const auto narrow = [](policy::TrafficSelector& selector, const IpAddress& address) {
    if (address < selector.first || selector.last < address) return;
    selector.first = selector.last = address;
  };
  if (!sa.client) return selectors;
  if (sa.client->lease) narrow(selectors.remote, sa.client->lease->address());
  if (sa.client->settings.address) narrow(selectors.local, *sa.client->settings.address);
  return selectors;
}

Status judge_client(const IsakmpSa& sa, const policy::TrafficSelector& theirs) {
  if (!sa.client || sa.initiator) return {};
  if (sa.client->lease) {
    const IpAddress& lent = sa.client->lease->address();
    if (theirs.first == lent && theirs.last == lent) return {};
    return fail(Errc::kDenied, theirs.to_string() + " is not the address " + lent.to_string() +
                                   " that was lent to the peer");
  }
  // Without an address of the pool it must not take somebody else's.
  const auto& groups = sa.shard.snapshot->isakmp.client_groups;
  const auto group = groups.find(sa.client->group);
  if (group == groups.end() || group->second.pool.empty()) return {};
  return fail(Errc::kDenied, "the peer was lent no address of pool " + group->second.pool);
}

}  // namespace spa::ikev1
