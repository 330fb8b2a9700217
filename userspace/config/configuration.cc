// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/configuration.h"

#include <strings.h>

#include "userspace/config/key_encryption.h"
#include "userspace/config/master_key.h"
#include "userspace/config/redact.h"
#include "userspace/config/rollback.h"
#include "userspace/config/session.h"
#include "userspace/config/show/time.h"
#include "userspace/config/startup_file.h"
#include "userspace/config/tree.h"
#include "userspace/pki/enrolment.h"

namespace spa::config {
namespace {

// Eight words of eight digits in a line (R-PKI-59).
std::string hex_lines(ByteView der) {
  std::string out;
  std::size_t at = 0;
  while (at < der.size()) {
    std::string line = " ";
    for (int word = 0; word < 8 && at < der.size(); ++word) {
      const std::size_t length = std::min<std::size_t>(4, der.size() - at);
      line += ' ' + to_hex(der.subspan(at, length));
      at += length;
    }
    for (char& c : line)
      if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
    out += line + '\n';
  }
  return out;
}

// The command that takes a certificate of this kind (R-PKI-59).
const char* command_of(CertificateKind kind) {
  switch (kind) {
    case CertificateKind::kRaSign:
      return " certificate ra-sign ";
    case CertificateKind::kRaEncrypt:
      return " certificate ra-encrypt ";
    case CertificateKind::kCa:
      return " certificate ca ";
    case CertificateKind::kOwn:
      break;
  }
  return " certificate ";
}

std::string chain_text(Backend& backend, const policy::Snapshot& snapshot) {
  std::string out;
  std::string open;
  for (const CertificateView& certificate : backend.certificates()) {
    const policy::Trustpoint* trustpoint = snapshot.trustpoint(certificate.trustpoint);
    if (trustpoint == nullptr) continue;
    if (strcasecmp(open.c_str(), trustpoint->name.c_str()) != 0) {
      open = trustpoint->name;
      out += "crypto pki certificate chain " + open + '\n';
    }
    out += command_of(certificate.kind) + certificate.serial + '\n' + hex_lines(certificate.der) +
           "  \tquit\n";
  }
  return out;
}

}  // namespace

Configuration::Configuration(Backend& backend, std::string startup_file)
    : backend_(backend),
      startup_file_(std::move(startup_file)),
      master_key_(std::make_unique<MasterKey>(startup_file_.empty() ? std::string()
                                                                    : private_file(startup_file_))),
      tree_(std::make_unique<Tree>(master_key_.get())),
      snapshot_(std::make_shared<policy::Snapshot>()),
      draft_(std::make_unique<Build>()),
      rollback_(std::make_unique<Rollback>(*this)) {
  draft_->master_key = master_key_.get();
}

Configuration::~Configuration() = default;

Build& Configuration::draft() {
  if (draft_stale_) {
    draft_->snapshot = tree_->draft();
    draft_->unusable_lists.clear();
    draft_stale_ = false;
  }
  return *draft_;
}

Status Configuration::set_dialect(Dialect dialect) {
  if (dialect == tree_->dialect()) return {};
  if (const Status done = tree_->set_dialect(dialect); !done) return done;
  spoil_draft();
  touch(backend_.now());
  return {};
}

void Configuration::touch(WallTime now) {
  dirty_ = true;
  changed_at_ = now;
}

void Configuration::protect_keys() {
  if (has_line(*tree_, kHidingLine)) hide_plain_passwords(*tree_);
  if (!master_key_->exists()) return;
  // A power cut between a new master key and `write memory`: the saved keys are still readable.
  reencrypt_keys(
      *tree_, [this](std::string_view word) { return master_key_->decrypt_saved(word); },
      *master_key_);
  if (has_line(*tree_, kEncryptionLine)) encrypt_plain_keys(*tree_, *master_key_);
}

std::string Configuration::generation_note() const {
  if (master_key_->exists() || !has_line(*tree_, kEncryptionLine)) return {};
  return "Can not encrypt password. Please configure a configuration-key with 'key config-key'";
}

Result<ApplyReport> Configuration::commit() {
  if (!dirty_) return ApplyReport{};
  protect_keys();
  auto snapshot = std::make_shared<const policy::Snapshot>(tree_->compile());
  auto report = backend_.apply(snapshot);
  if (!report) return report;
  snapshot_ = std::move(snapshot);
  backend_.set_logging(logging_of(*tree_));
  dirty_ = false;
  return report;
}

Result<ApplyReport> Configuration::replace(std::shared_ptr<Node> lines) {
  const bool was_dirty = dirty_;
  const auto was_changed = changed_at_;
  auto before = tree_->exchange(std::move(lines));
  spoil_draft();
  touch(backend_.now());
  auto report = commit();
  if (report) return report;
  static_cast<void>(tree_->exchange(std::move(before)));
  spoil_draft();
  dirty_ = was_dirty;
  changed_at_ = was_changed;
  return report;
}

Result<std::vector<LoadMessage>> Configuration::load_startup() {
  const Status has_key = master_key_->load();
  auto messages = load_startup_file();
  if (messages && !has_key)
    messages->insert(messages->begin(), {0, "", {}, "% " + has_key.error().text, true});
  return messages;
}

Result<std::vector<LoadMessage>> Configuration::load_startup_file() {
  const StartupFile file(startup_file_);
  const auto found = file.read();
  if (!found && found.error().code != Errc::kNotFound) return tl::unexpected(found.error());
  auto messages = load(found ? found->text : std::string());
  // R-CFG-9: nothing was changed since; and the file was written by an earlier life of this
  // daemon, or by whoever made it.
  changed_at_.reset();
  saved_at_ = file.written_at();
  if (!found) return messages;
  if (messages && !found->damage.empty())
    messages->insert(messages->begin(),
                     {0,
                      "",
                      {},
                      "% startup-config is damaged (" + found->damage + "): " + file.copy_path() +
                          " is used, which was saved with it or before",
                      true});
  return messages;
}

Result<std::vector<LoadMessage>> Configuration::load(std::string_view text) {
  std::vector<LoadMessage> messages;
  Session session(*this, true);
  session.begin_load();
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    const std::string_view line = text.substr(0, newline);
    text.remove_prefix(newline == text.npos ? text.size() : newline + 1);
    ++number;
    session.at_line(number);
    const Output output = session.execute(line);
    if (output.rejection)
      messages.push_back(
          {number, without_secrets(line), output.rejection->column, output.rejection->text, true});
    else if (!output.text.empty())
      messages.push_back({number, without_secrets(line), {}, output.text, false});
    if (!session.configuring()) break;  // `end`
  }
  touch(backend_.now());
  auto report = commit();
  if (!report) return tl::unexpected(report.error());
  for (std::string& warning : report->warnings)
    messages.push_back({0, "", {}, "% Warning: " + std::move(warning), false});
  return messages;
}

std::string Configuration::running_config() const {
  if (tree_->dialect() == Dialect::kPix) {
    const bool saved = !changed_at_ || (saved_at_ && *saved_at_ >= *changed_at_);
    return pix_printout(tree_->print({}), saved);
  }
  std::string out;
  if (changed_at_)
    out += "!\n! Last configuration change at " + clock_text(*changed_at_, snapshot_->time_zone) +
           '\n';
  if (saved_at_)
    out += (changed_at_ ? "" : "!\n") +
           ("! NVRAM config last updated at " + clock_text(*saved_at_, snapshot_->time_zone)) +
           '\n';
  out += tree_->print(chain_text(backend_, tree_->draft()));
  out += "!\nend\n";
  return out;
}

Status Configuration::save() {
  if (startup_file_.empty()) return fail(Errc::kState, "this configuration has no file");
  if (rollback_->pending())
    return fail(Errc::kState,
                "it is taken back unless it is confirmed; 'configure confirm' comes first");
  const WallTime now = backend_.now();
  const auto before = saved_at_;
  saved_at_ = now;
  const std::string text = running_config();
  const Status done = StartupFile(startup_file_).write(text);
  if (!done) {
    saved_at_ = before;
    return done;
  }
  // R-PKI-10, R-CFG-1: keys and certificates go with it; a PIX has a command of its own for them
  // (R-PIX-9, R-CFG-2).
  if (tree_->dialect() == Dialect::kPix) return master_key_->configuration_saved();
  if (const Status keys = backend_.enrolment().keys().write(); !keys)
    return fail(keys.error().code,
                "the configuration is saved, RSA keys are not: " + keys.error().text);
  if (const Status certificates = backend_.enrolment().trust().write(); !certificates)
    return fail(certificates.error().code,
                "the configuration is saved, certificates are not: " + certificates.error().text);
  return master_key_->configuration_saved();
}

Result<std::string> Configuration::startup_config() const {
  return StartupFile(startup_file_).content();
}

}  // namespace spa::config
