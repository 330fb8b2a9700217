// SPDX-License-Identifier: Apache-2.0
#include "tests/exchange/fake_world.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <sstream>

#include "userspace/crypto/hash.h"

namespace spa::exchange {

// --- FakeTimers ---

ports::Timers::Id FakeTimers::after(Duration delay, std::function<void()> callback) {
  const Id id = next_++;
  pending_.emplace(id, Entry{now_ + delay, std::move(callback)});
  order_.emplace(now_ + delay, id);
  return id;
}

void FakeTimers::cancel(Id id) {
  const auto found = pending_.find(id);
  if (found == pending_.end()) return;
  order_.erase({found->second.due, id});
  pending_.erase(found);
}

bool FakeTimers::step(SteadyTime until) {
  if (order_.empty() || order_.begin()->first > until) return false;
  const auto [due, id] = *order_.begin();
  now_ = std::max(now_, due);
  const std::function<void()> callback = std::move(pending_.at(id).callback);
  cancel(id);
  callback();
  return true;
}

void FakeTimers::run_for(Duration span) {
  const SteadyTime until = now_ + span;
  while (step(until)) {
  }
  now_ = until;
}

// --- FakeNetwork ---

void FakeNetwork::send(Packet packet) {
  const std::size_t n = sent.size();
  sent.push_back(packet);
  for (const Duration delay : plan(n, packet)) {
    (void)timers_.after(delay, [this, copy = packet] { deliver(copy); });
  }
}

void FakeNetwork::deliver(const Packet& packet) {
  Packet arriving = packet;
  rewrite(arriving);
  const auto receiver = receivers_.find(arriving.to.address);
  if (receiver != receivers_.end()) {
    receiver->second(arriving.to, arriving.from, arriving.octets);
  }
}

// --- FakeSaDatabase ---

Result<std::uint32_t> FakeSaDatabase::allocate_spi(const IpAddress&, const IpAddress&) {
  if (refuse_spis) return fail(Errc::kExhausted, "no SPI is left");
  reserved.insert(next_spi_);
  return next_spi_++;
}

void FakeSaDatabase::release_spi(const IpAddress&, std::uint32_t spi) {
  reserved.erase(spi);
}

Status FakeSaDatabase::add_inbound(const ports::SaPair& pair) {
  if (refuse_adds) return fail(Errc::kExhausted, "table is full");
  if (reserved.erase(pair.spi_in) == 0) return fail(Errc::kInvalid, "SPI was not given out");
  halves.emplace(pair.spi_in, pair);
  return {};
}

Status FakeSaDatabase::add(const ports::SaPair& pair) {
  const auto half = halves.extract(pair.spi_in);
  if (refuse_adds) return fail(Errc::kExhausted, "table is full");
  if (!half.empty()) {
    if (half.mapped().keys_in.cipher != pair.keys_in.cipher) {
      return fail(Errc::kInvalid, "keys have changed");
    }
    reserved.insert(pair.spi_in);
  }
  if (reserved.erase(pair.spi_in) == 0) return fail(Errc::kInvalid, "SPI was not given out");
  if (pair.suite.has_ipcomp() && reserved_cpis.erase(pair.cpi_in) == 0) {
    return fail(Errc::kInvalid, "CPI was not given out");
  }
  if (pair.ah_spi_in != 0 && reserved.erase(pair.ah_spi_in) == 0) {
    return fail(Errc::kInvalid, "SPI of AH was not given out");
  }
  ++adds;
  pairs.emplace(pair.spi_in, pair);
  return {};
}

Status FakeSaDatabase::remove(std::uint32_t spi_in) {
  if (pairs.erase(spi_in) + halves.erase(spi_in) == 0) return fail(Errc::kNotFound, "no such SA");
  return {};
}

Result<ports::SaPairState> FakeSaDatabase::query(std::uint32_t spi_in) {
  if (!pairs.contains(spi_in)) return fail(Errc::kNotFound, "no such SA");
  ports::SaPairState state;
  state.in = in;
  state.out = out;
  return state;
}

Status FakeSaDatabase::update_endpoints(std::uint32_t spi_in, const Endpoint& local,
                                        const Endpoint& remote) {
  const auto found = pairs.find(spi_in);
  if (found == pairs.end()) return fail(Errc::kNotFound, "no such SA");
  found->second.local = local;
  found->second.remote = remote;
  return {};
}

namespace {

bool same(const ports::EspKeys& a, const ports::EspKeys& b) {
  return a.cipher == b.cipher && a.integrity == b.integrity && a.ah == b.ah &&
         !(a.cipher.empty() && a.integrity.empty() && a.ah.empty());
}

std::string one_sided(const FakeSaDatabase& a, const FakeSaDatabase& b) {
  for (const auto& [spi, mine] : a.pairs) {
    const auto found = b.pairs.find(mine.spi_out);
    if (found == b.pairs.end()) return "no counterpart of SPI " + std::to_string(spi);
    const ports::SaPair& theirs = found->second;
    if (theirs.spi_out != mine.spi_in) return "outbound SPI is not the other's inbound SPI";
    if (!same(mine.keys_in, theirs.keys_out)) return "inbound keys differ";
    if (!same(mine.keys_out, theirs.keys_in)) return "outbound keys differ";
    if (same(mine.keys_in, mine.keys_out)) return "both directions have the same keys";
    if (!(mine.suite == theirs.suite)) return "algorithms differ";
    if (mine.mode != theirs.mode) return "modes differ";
    if (mine.ah_spi_in != theirs.ah_spi_out) return "SPIs of AH differ";
    if (mine.cpi_in != theirs.cpi_out || mine.cpi_out != theirs.cpi_in) return "CPIs differ";
    if (mine.udp_encapsulation != theirs.udp_encapsulation) return "UDP encapsulation differs";
    if (mine.selectors_local != theirs.selectors_remote) return "selectors are not mirrored";
    if (mine.selectors_remote != theirs.selectors_local) return "selectors are not mirrored";
  }
  return "";
}

}  // namespace

std::string mismatch(const FakeSaDatabase& a, const FakeSaDatabase& b) {
  const std::string first = one_sided(a, b);
  return first.empty() ? one_sided(b, a) : first;
}

// --- FakePki, FakeCredentials ---

namespace {

const crypto::PrivateKey& test_key(int number) {
  static std::map<int, crypto::PrivateKey> keys;
  const auto found = keys.find(number);
  if (found != keys.end()) return found->second;
  return keys.emplace(number, *crypto::PrivateKey::generate_rsa(2048)).first->second;
}

Bytes der_of(const std::string& subject) {
  return to_bytes(as_bytes("certificate of " + subject));
}
Bytes dn_of(const std::string& subject) {
  return to_bytes(as_bytes("0DN " + subject));
}

}  // namespace

void FakePki::issue(const std::string& subject, const std::string& ca,
                    std::vector<policy::Identity> names, int key_number) {
  const auto serial = static_cast<std::uint8_t>(entries.size() + 1);
  entries.emplace(subject, Entry{subject, ca, std::move(names), key_number, {serial}, {}});
}

const crypto::PrivateKey& FakePki::Entry::key() const {
  return own ? *own : test_key(key_number);
}

const FakePki::Entry* FakePki::find(ByteView certificate) const {
  for (const auto& [subject, entry] : entries) {
    if (std::ranges::equal(der_of(subject), certificate)) return &entry;
  }
  return nullptr;
}

Result<ports::LocalCertificate> FakeCredentials::local(const std::string& trustpoint) {
  const auto point = points.find(trustpoint);
  if (point == points.end() || point->second.own.empty()) {
    return fail(Errc::kNotFound, "no certificate in trustpoint " + trustpoint);
  }
  const FakePki::Entry& entry = pki_.entries.at(point->second.own);
  ports::LocalCertificate out;
  out.trustpoint = trustpoint;
  out.chain = {der_of(entry.subject)};
  out.subject_der = dn_of(entry.subject);
  out.subject = entry.subject;
  out.names = entry.names;
  out.key = entry.key();
  return out;
}

std::vector<Bytes> FakeCredentials::ca_key_hashes(const std::vector<std::string>& trustpoints) {
  std::vector<Bytes> hashes;
  for (const auto& [name, point] : points) {
    const bool wanted = trustpoints.empty() || std::find(trustpoints.begin(), trustpoints.end(),
                                                         name) != trustpoints.end();
    if (wanted) hashes.push_back(*crypto::hash(crypto::HashAlgorithm::kSha1, {as_bytes(point.ca)}));
  }
  return hashes;
}

std::vector<Bytes> FakeCredentials::ca_names(const std::vector<std::string>& trustpoints) {
  std::vector<Bytes> names;
  for (const auto& [name, point] : points) {
    const bool wanted = trustpoints.empty() || std::find(trustpoints.begin(), trustpoints.end(),
                                                         name) != trustpoints.end();
    if (wanted) names.push_back(dn_of(point.ca));
  }
  return names;
}

Result<ports::PeerCertificate> FakeCredentials::judge(const std::vector<Bytes>& chain,
                                                      const std::vector<std::string>& trustpoints) {
  const FakePki::Entry* entry = pki_.find(chain.front());
  if (entry == nullptr) return fail(Errc::kInvalid, "certificate does not parse");
  if (!entry->bad.empty()) return fail(Errc::kDenied, entry->bad);
  for (const auto& [name, point] : points) {
    const bool wanted = trustpoints.empty() || std::find(trustpoints.begin(), trustpoints.end(),
                                                         name) != trustpoints.end();
    if (!wanted || point.ca != entry->ca) continue;
    ports::PeerCertificate out;
    out.trustpoint = name;
    out.leaf = chain.front();
    out.subject = entry->subject;
    out.subject_der = dn_of(entry->subject);
    out.issuer = entry->ca;
    out.issuer_der = dn_of(entry->ca);
    out.serial = entry->serial;
    out.names = entry->names;
    out.key = *entry->key().public_key();
    out.check_revocation = check_revocation;
    return out;
  }
  return fail(Errc::kDenied, "certificate of " + entry->subject + " is of an unknown CA");
}

void FakeCredentials::validate(const std::vector<Bytes>& chain,
                               const std::vector<std::string>& trustpoints,
                               std::function<void(Result<ports::PeerCertificate>)> done) {
  Result<ports::PeerCertificate> judged = judge(chain, trustpoints);
  if (delay == Duration(0)) {
    done(std::move(judged));
    return;
  }
  (void)timers_.after(delay,
                      [judged = std::move(judged), done = std::move(done)] { done(judged); });
}

bool FakeCredentials::matches(const ports::PeerCertificate& peer, const std::string& map) {
  const auto found = maps.find(map);
  return found != maps.end() && peer.subject.find(found->second) != std::string::npos;
}

std::vector<std::pair<std::string, std::string>> FakeCredentials::name_attributes(ByteView der) {
  std::vector<std::pair<std::string, std::string>> list;
  std::stringstream text(std::string(der.begin() + 4, der.end()));
  std::string part;
  while (std::getline(text, part, ',')) {
    const std::size_t equals = part.find('=');
    std::string key = part.substr(0, equals);
    std::ranges::transform(key, key.begin(), [](unsigned char c) { return std::tolower(c); });
    list.emplace_back(key, part.substr(equals + 1));
  }
  return list;
}

void KeptLog::write(const LogRecord& record) {
  lines.push_back(format(record));
  if (!all_forms) return;
  Told told{"log", {}};
  for (const DebugForm form : {DebugForm::kA, DebugForm::kB, DebugForm::kC, DebugForm::kPix}) {
    told.forms[form] = {{lines.back(), true}};
  }
  told_.push_back(std::move(told));
}

void KeptLog::debug(const DebugRecord& record) {
  ++events;
  for (DebugLine& line : record.event.lines(DebugForm::kA)) lines.push_back(std::move(line.text));
  if (!all_forms) return;
  Told told{std::string(record.stream), {}};
  for (const DebugForm form : {DebugForm::kA, DebugForm::kB, DebugForm::kC, DebugForm::kPix}) {
    told.forms[form] = record.event.lines(form);
  }
  told_.push_back(std::move(told));
}

std::vector<std::string> KeptLog::watch(DebugForm form,
                                        const std::set<std::string>& streams) const {
  std::vector<std::string> seen;
  for (const Told& told : told_) {
    if (!streams.contains(told.stream)) continue;
    for (const DebugLine& line : told.forms.at(form)) {
      seen.push_back((line.stamped ? "" : "+") + line.text);
    }
  }
  return seen;
}

bool KeptLog::has(std::string_view part) const {
  return std::any_of(lines.begin(), lines.end(),
                     [&](const std::string& line) { return line.find(part) != std::string::npos; });
}

}  // namespace spa::exchange
