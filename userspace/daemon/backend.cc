// SPDX-License-Identifier: Apache-2.0
// What the commands ask of the daemon: sessions, engines, certificates, logs.
#include "userspace/base/file.h"
#include "userspace/config/certificate_view.h"
#include "userspace/crypto/hash.h"
#include "userspace/daemon/daemon.h"
#include "userspace/daemon/pki_debug.h"
#include "userspace/daemon/time_stamp.h"
#include "userspace/daemon/version.h"
#include "userspace/pki/pkcs12.h"

namespace spa::daemon {

namespace {

// "SPA" and eight digits that stay those of this machine, whose own id stays unknown.
std::string serial_number() {
  const auto id = read_file("/etc/machine-id", 256);
  if (!id || id->empty()) return {};
  const auto digest = crypto::hash(crypto::HashAlgorithm::kSha256, {ByteView(*id)});
  if (!digest) return {};
  std::string text = "SPA" + to_hex(ByteView(*digest).first(4));
  for (char& letter : text)
    if (letter >= 'a' && letter <= 'f') letter = static_cast<char>(letter - 'a' + 'A');
  return text;
}

}  // namespace

using config::serial_octets;

std::vector<ike::IkeSaStatus> Daemon::ike_sas() {
  return manager_->status();
}

std::vector<ike::IkeSaStatus> Daemon::ike_sas_of(const std::vector<std::uint32_t>& ids) {
  return manager_->status_of(ids);
}

Result<config::SaState> Daemon::sa_state(std::uint32_t spi_in) {
  auto state = sa_database_->query(spi_in);
  if (!state) return tl::unexpected(state.error());
  return cleared_.since(spi_in, std::move(*state));
}

void Daemon::clear_sa_counters() {
  std::map<std::uint32_t, ports::SaPairState> now;
  for (const ike::IkeSaStatus& sa : manager_->status()) {
    for (const ike::ChildSaStatus& child : sa.children) {
      if (auto state = sa_database_->query(child.spi_in)) now[child.spi_in] = std::move(*state);
    }
  }
  std::map<ports::PolicyId, std::uint64_t> dropped;
  for (const ports::PolicyRule& rule : rules_)
    if (const auto count = sa_database_->dropped_without_sa(rule.id)) dropped[rule.id] = *count;
  cleared_.clear(std::move(now), std::move(dropped));
}

std::optional<std::uint64_t> Daemon::dropped_without_sa(const ports::PolicyId& rule) {
  const auto dropped = sa_database_->dropped_without_sa(rule);
  if (!dropped) return std::nullopt;
  return cleared_.since(rule, *dropped);
}

ike::CallAdmissionCounts Daemon::call_admission() {
  ike::CallAdmissionCounts counts = admission_->counts();
  const ike::Counters now = manager_->counters();
  const ike::Counters& then = admission_cleared_;
  counts.seconds = static_cast<std::uint64_t>((loop_.now() - admission_since_).count()) / 1000;
  counts.dropped =
      now.half_open_refused + now.source_refused - then.half_open_refused - then.source_refused;
  counts.ipsec_incoming_accepted = now.children_for_peers - then.children_for_peers;
  counts.ipsec_incoming_rejected = now.children_refused - then.children_refused;
  counts.ipsec_outgoing_accepted = now.child_sas_created - now.children_for_peers -
                                   (then.child_sas_created - then.children_for_peers);
  counts.ipsec_outgoing_rejected = now.children_not_made - then.children_not_made;
  for (const ike::IkeSaStatus& sa : manager_->status()) {
    counts.ipsec_active += static_cast<std::uint32_t>(sa.children.size());
    counts.ipsec_negotiating += sa.children_wanted;
  }
  return counts;
}

void Daemon::clear_call_admission() {
  admission_->clear();
  admission_cleared_ = manager_->counters();
  admission_since_ = loop_.now();
}

Result<std::size_t> Daemon::clear(const config::ClearRequest& request) {
  ike::SessionFilter filter;
  filter.local = request.local;
  filter.remote = request.remote;
  if (request.remote_port != 0) filter.remote_port = request.remote_port;
  if (request.ike_id != 0) filter.ike_sa = request.ike_id;
  if (request.spi_in != 0) filter.child_spi = request.spi_in;
  if (!request.crypto_map.empty()) filter.crypto_map = request.crypto_map;
  filter.children_only = request.what == config::ClearRequest::What::kIpsecSas;
  return manager_->clear(filter);
}

std::string Daemon::device_of(const policy::Interface& interface) {
  const auto resolved = interfaces_->resolve(interface);
  return resolved ? resolved->device.name : std::string();
}

Status Daemon::import_pkcs12(const std::string& trustpoint, const std::string& path,
                             const SecretBytes& password) {
  auto file = read_file(path, pki::kMaxPkcs12Size);
  if (!file) return tl::unexpected(file.error());
  const std::string_view text(reinterpret_cast<const char*>(password.data()), password.size());
  auto imported = trust_store_.import_pkcs12(trustpoint, *file, text);
  secure_wipe(file->data(), file->size());
  if (!imported) return fail(imported.error().code, path + ": " + imported.error().text);
  return {};
}

Status Daemon::store_certificate(const std::string& trustpoint, config::CertificateKind kind,
                                 const std::string& serial, ByteView der) {
  const auto certificate = config::read_certificate(trustpoint, kind, serial, der);
  if (!certificate) return tl::unexpected(certificate.error());
  return trust_store_.add_certificate(trustpoint, der);
}

Status Daemon::remove_certificate(const std::string& trustpoint, const std::string& serial) {
  if (serial.empty()) return trust_store_.remove(trustpoint);
  return trust_store_.remove_certificate(trustpoint, serial_octets(serial));
}

std::vector<config::CertificateView> Daemon::certificates() {
  return config::views_of(trust_store_);
}

Status Daemon::request_crl(const std::string& trustpoint) {
  const pki::TrustpointContent* content = trust_store_.find(trustpoint);
  debug_crl_poll(log_, content);
  const auto updates = trust_store_.request_crl(trustpoint);
  debug_crl_end(log_, content, updates.has_value());
  if (!updates) {
    log_.write({Severity::kWarning, "PKI", "CRL_FETCH_FAIL",
                "trustpoint " + trustpoint + ": " + updates.error().text});
    return tl::unexpected(updates.error());
  }
  for (const pki::CrlUpdate& update : *updates) {
    if (!update.changed) continue;  // R-REV-7
    // R-REV-8..10: which of the sessions we hold does the new list end?
    const auto held = manager_->held_serials(update.issuer_key);
    const auto revoked = trust_store_.revoked(update.issuer_key, held);
    if (!revoked.empty()) manager_->close_revoked(update.issuer_key, revoked);
  }
  return {};
}

std::vector<config::CrlView> Daemon::crls() {
  std::vector<config::CrlView> views;
  for (const pki::TrustpointContent* content : trust_store_.list()) {
    for (const pki::Crl& crl : content->crls) {
      config::CrlView view;
      view.issuer = crl.issuer_attributes();
      view.last_update = crl.last_update();
      view.next_update = crl.next_update();
      view.downloaded = content->crl_read;
      view.source = content->crl_source;
      view.der_size = crl.der().size();
      view.entries = crl.entries();
      views.push_back(std::move(view));
    }
  }
  return views;
}

config::SystemInfo Daemon::system() {
  config::SystemInfo info;
  info.version = kVersion;
  info.uptime = loop_.now() - started_;
  info.clock_synchronised = clock_is_synchronised();  // R-TIME-7
  info.serial_number = serial_number();
  return info;
}

std::vector<config::LogLine> Daemon::log() {
  std::vector<config::LogLine> lines;
  for (const LogEntry& entry : log_.ring()) {
    lines.push_back({entry.time, entry.text, entry.stamp});
  }
  return lines;
}

}  // namespace spa::daemon
