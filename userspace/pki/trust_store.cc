// SPDX-License-Identifier: Apache-2.0
#include "userspace/pki/trust_store.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "userspace/base/file.h"
#include "userspace/pki/file_name.h"
#include "userspace/pki/path.h"
#include "userspace/pki/pem.h"
#include "userspace/pki/pkcs12.h"

namespace spa::pki {

namespace {

constexpr std::size_t kMaxStoredFile = 4u << 20;
constexpr const char* kNameFile = "/name";
constexpr const char* kAuthoritiesFile = "/authorities.pem";
constexpr const char* kChainFile = "/chain.pem";
constexpr const char* kKeyFile = "/key.pem";

void add_unless_there(std::vector<Certificate>& list, const Certificate& certificate) {
  if (std::find(list.begin(), list.end(), certificate) == list.end()) list.push_back(certificate);
}

// The path that a file:// URL names.
Result<std::string> file_of(const std::string& url) {
  static constexpr std::string_view kScheme = "file://";
  if (url.rfind(kScheme, 0) != 0 || url.size() <= kScheme.size() || url[kScheme.size()] != '/') {
    return fail(Errc::kUnsupported,
                "\"" + url + "\" cannot be read; write the CRL's place as file:///PATH");
  }
  return url.substr(kScheme.size());
}

bool same_list(const std::vector<Crl>& a, const std::vector<Crl>& b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(),
                    [](const Crl& x, const Crl& y) { return x.der() == y.der(); });
}

}  // namespace

TrustStore::TrustStore(std::string directory, WallClock clock)
    : directory_(std::move(directory)), clock_(std::move(clock)) {}

std::string TrustStore::path_of(std::string_view trustpoint) const {
  return directory_ + "/" + file_name(folded(trustpoint));
}

TrustpointContent* TrustStore::find_mutable(std::string_view trustpoint) {
  const std::string key = folded(trustpoint);
  if (std::find(order_.begin(), order_.end(), key) == order_.end()) return nullptr;
  return &contents_.at(key);
}

const TrustpointContent* TrustStore::find(std::string_view trustpoint) const {
  const std::string key = folded(trustpoint);
  if (std::find(order_.begin(), order_.end(), key) == order_.end()) return nullptr;
  return &contents_.at(key);
}

std::vector<const TrustpointContent*> TrustStore::list() const {
  std::vector<const TrustpointContent*> all;
  for (const std::string& key : order_) all.push_back(&contents_.at(key));
  return all;
}

TrustpointContent& TrustStore::content_for(std::string_view trustpoint) {
  TrustpointContent& content = contents_[folded(trustpoint)];
  if (content.name.empty()) content.name = trustpoint;
  return content;
}

void TrustStore::configure(const std::vector<policy::Trustpoint>& trustpoints) {
  order_.clear();
  for (const policy::Trustpoint& trustpoint : trustpoints) {
    TrustpointContent& content = content_for(trustpoint.name);
    content.name = trustpoint.name;
    content.revocation = trustpoint.revocation;
    if (content.crl_url != trustpoint.crl_query_url) {
      content.crl_url = trustpoint.crl_query_url;
      content.crls.clear();
    }
    order_.push_back(folded(trustpoint.name));
  }
}

Status TrustStore::load() {
  std::error_code error;
  std::string problems;
  for (const auto& entry : std::filesystem::directory_iterator(directory_, error)) {
    if (!entry.is_directory()) continue;
    TrustpointContent content;
    const Status loaded = load_one(entry.path().string(), content);
    if (!loaded) problems += (problems.empty() ? "" : "; ") + loaded.error().text;
    if (!content.name.empty()) contents_[folded(content.name)] = std::move(content);
  }
  if (!problems.empty()) return fail(Errc::kIo, problems);
  return {};
}

Status TrustStore::load_one(const std::string& path, TrustpointContent& content) {
  const auto name = read_file(path + kNameFile, 4096);
  if (!name) return tl::unexpected(name.error());
  const auto authorities = read_certificates(path + kAuthoritiesFile, kMaxStoredFile);
  if (!authorities) return tl::unexpected(authorities.error());
  const auto chain = read_certificates(path + kChainFile, kMaxStoredFile);
  if (!chain) return tl::unexpected(chain.error());
  auto key = read_private_key(path + kKeyFile);
  if (!key) return tl::unexpected(key.error());
  content.name.assign(name->begin(), name->end());
  content.authorities = *authorities;
  content.key = std::move(*key);
  if (struct stat file{}; content.key && ::stat((path + kKeyFile).c_str(), &file) == 0)
    content.key_stored = WallTime(std::chrono::seconds(file.st_mtime));
  for (const Certificate& certificate : *chain) take_own(content, certificate);
  return {};
}

const crypto::PrivateKey* TrustStore::key_of(const TrustpointContent& content,
                                             const Certificate& certificate) const {
  const auto key = certificate.public_key();
  if (!key) return nullptr;
  if (content.key && content.key->matches(*key)) return &*content.key;
  const KeyPair* pair = keys_ == nullptr ? nullptr : keys_->find(*key);
  return pair == nullptr ? nullptr : &pair->key;
}

// One that is no authority's: ours if we have its key.
void TrustStore::take_own(TrustpointContent& content, const Certificate& certificate) const {
  if (key_of(content, certificate) == nullptr)
    add_unless_there(content.intermediates, certificate);
  else if (certificate.may_sign())
    content.identity = certificate;
  else
    content.encryption = certificate;
}

Status TrustStore::forget_keys(std::string_view trustpoint) {
  const std::string wanted = folded(trustpoint);
  for (auto& [name, content] : contents_) {
    if (!content.key || content.key->type() != crypto::KeyType::kRsa) continue;
    if (!wanted.empty() && name != wanted) continue;
    std::error_code error;
    const std::string path = path_of(content.name) + kKeyFile;
    if (!directory_.empty()) std::filesystem::remove(path, error);
    if (error) return fail(Errc::kIo, path + ": cannot be removed: " + error.message());
    content.key.reset();
  }
  return {};
}

void TrustStore::touch(const TrustpointContent& content) {
  unwritten_.insert(folded(content.name));
}

Status TrustStore::write() {
  while (!unwritten_.empty()) {
    const auto name = unwritten_.begin();
    if (const auto content = contents_.find(*name); content != contents_.end())
      if (auto stored = store(content->second); !stored) return stored;
    unwritten_.erase(name);
  }
  return {};
}

Status TrustStore::store(const TrustpointContent& content) const {
  if (directory_.empty()) return {};
  const std::string path = path_of(content.name);
  if (auto made = make_directories(path, 0700); !made) return made;
  std::vector<Certificate> chain;
  for (const auto* own : {&content.identity, &content.encryption})
    if (*own) chain.push_back(**own);
  chain.insert(chain.end(), content.intermediates.begin(), content.intermediates.end());
  if (content.key) {
    const auto pem = to_pem(*content.key);
    if (!pem) return tl::unexpected(pem.error());
    if (auto written = write_file_atomically(path + kKeyFile, *pem, 0600); !written) return written;
  }
  for (const auto& [file, text] :
       {std::pair{kAuthoritiesFile, to_pem(content.authorities)},
        std::pair{kChainFile, to_pem(chain)}, std::pair{kNameFile, content.name}}) {
    if (auto written = write_file_atomically(path + file, as_bytes(text), 0600); !written)
      return written;
  }
  return {};
}

Status TrustStore::import_pkcs12(std::string_view trustpoint, ByteView file,
                                 std::string_view password) {
  auto parsed = parse_pkcs12(file, password);
  if (!parsed) return tl::unexpected(parsed.error());
  TrustpointContent& content = content_for(trustpoint);
  content.identity = parsed->identity;
  content.encryption.reset();
  content.key = std::move(parsed->key);
  content.key_stored = clock_();
  content.authorities.clear();
  content.intermediates.clear();
  content.crls.clear();
  const bool has_root = std::any_of(parsed->others.begin(), parsed->others.end(),
                                    [](const Certificate& c) { return c.self_issued(); });
  for (const Certificate& certificate : parsed->others) {
    const bool trusted = certificate.is_ca() && (certificate.self_issued() || !has_root);
    add_unless_there(trusted ? content.authorities : content.intermediates, certificate);
  }
  touch(content);
  return {};
}

Status TrustStore::add_certificate(std::string_view trustpoint, ByteView der) {
  const auto certificate = Certificate::from_der(der);
  if (!certificate) return tl::unexpected(certificate.error());
  TrustpointContent& content = content_for(trustpoint);
  if (certificate->is_ca())
    add_unless_there(content.authorities, *certificate);
  else
    take_own(content, *certificate);
  touch(content);
  return {};
}

Status TrustStore::add_intermediate(std::string_view trustpoint, ByteView der) {
  const auto certificate = Certificate::from_der(der);
  if (!certificate) return tl::unexpected(certificate.error());
  TrustpointContent& content = content_for(trustpoint);
  add_unless_there(content.intermediates, *certificate);
  touch(content);
  return {};
}

Status TrustStore::remove(std::string_view trustpoint) {
  const std::string key = folded(trustpoint);
  std::error_code error;
  if (!directory_.empty()) std::filesystem::remove_all(path_of(trustpoint), error);
  if (error)
    return fail(Errc::kIo, path_of(trustpoint) + ": cannot be removed: " + error.message());
  contents_.erase(key);
  unwritten_.erase(key);
  std::erase(order_, key);
  return {};
}

Status TrustStore::remove_certificate(std::string_view trustpoint, const Bytes& serial) {
  const auto entry = contents_.find(folded(trustpoint));
  const auto has_serial = [&](const Certificate& certificate) {
    return certificate.serial() == serial;
  };
  std::size_t removed = 0;
  if (entry != contents_.end()) {
    TrustpointContent& content = entry->second;
    removed += std::erase_if(content.authorities, has_serial);
    removed += std::erase_if(content.intermediates, has_serial);
    for (auto* own : {&content.identity, &content.encryption}) {
      if (!*own || !has_serial(**own)) continue;
      own->reset();
      ++removed;
    }
  }
  if (removed == 0) {
    return fail(Errc::kNotFound, "trustpoint " + std::string(trustpoint) +
                                     " has no certificate with the serial number " +
                                     to_hex(serial));
  }
  touch(entry->second);
  return {};
}

Result<std::vector<CrlUpdate>> TrustStore::request_crl(std::string_view trustpoint) {
  TrustpointContent* content = find_mutable(trustpoint);
  if (content == nullptr) {
    return fail(Errc::kNotFound, "there is no trustpoint \"" + std::string(trustpoint) + "\"");
  }
  return fetch_crl(*content);
}

Result<std::vector<CrlUpdate>> TrustStore::fetch_crl(TrustpointContent& content) {
  ++counters_.crl_fetches;
  auto updates = read_crl(content);
  if (!updates) ++counters_.crl_failures;
  return updates;
}

Result<std::vector<CrlUpdate>> TrustStore::read_crl(TrustpointContent& content) {
  if (content.crl_url.empty()) {
    return fail(Errc::kNotFound,
                "trustpoint " + content.name +
                    " does not say where its CRL is; add \"crl query file:///PATH\"");
  }
  const auto path = file_of(content.crl_url);
  if (!path) return tl::unexpected(path.error());
  const auto file = read_file(*path, kMaxCrlSize);
  if (!file) return tl::unexpected(file.error());
  auto lists = Crl::parse(*file);
  if (!lists) return fail(lists.error().code, *path + ": " + lists.error().text);
  std::vector<CrlUpdate> updates;
  for (Crl& crl : *lists) {
    for (const Certificate& authority : content.authorities) {
      if (authority.subject_key() != crl.issuer_key()) continue;
      if (auto verified = crl.verify(authority); !verified) {
        return fail(verified.error().code, *path + ": " + verified.error().text);
      }
    }
    if (!crl.current(clock_())) {
      const bool early = clock_() < crl.last_update();
      return fail(Errc::kInvalid,
                  *path + ": the CRL of " + crl.issuer() + " is not valid " +
                      (early ? "yet (router time not synched to CA?)" : "any more") +
                      ": CRL published: " + policy::to_text(crl.last_update(), zone_) +
                      ", next update: " + policy::to_text(crl.next_update(), zone_) +
                      ", router time: " + policy::to_text(clock_(), zone_));
    }
    for (const Crl& old : content.crls) {
      if (old.issuer_key() == crl.issuer_key() && crl.last_update() < old.last_update()) {
        return fail(Errc::kInvalid,
                    *path + ": the CRL of " + crl.issuer() + " is older than the one in force");
      }
    }
    updates.push_back({crl.issuer(), crl.issuer_key(), crl.entries(), false});
  }
  const bool changed = !same_list(content.crls, *lists);
  for (CrlUpdate& update : updates) update.changed = changed;
  content.crls = std::move(*lists);
  content.crl_source = content.crl_url;
  content.crl_read = clock_();
  return updates;
}

std::vector<Bytes> TrustStore::revoked(const Bytes& issuer_key,
                                       const std::vector<Bytes>& serials) const {
  std::vector<Bytes> hits;
  for (const TrustpointContent* content : list()) {
    for (const Crl& crl : content->crls) {
      if (crl.issuer_key() != issuer_key) continue;
      for (const Bytes& serial : serials) {
        if (crl.revokes(serial) && std::find(hits.begin(), hits.end(), serial) == hits.end()) {
          hits.push_back(serial);
        }
      }
    }
  }
  return hits;
}

Result<std::vector<Certificate>> TrustStore::verify_path(std::string_view trustpoint,
                                                         const std::vector<Certificate>& chain) {
  TrustpointContent* content = find_mutable(trustpoint);
  if (content == nullptr) {
    return fail(Errc::kNotFound, "there is no trustpoint \"" + std::string(trustpoint) + "\"");
  }
  auto path = build_path(chain, content->authorities, content->intermediates, clock_(), legacy_);
  if (!path) return path;
  if (content->revocation != policy::RevocationCheck::kNone) {
    if (auto checked = check_revocation(*content, *path); !checked)
      return tl::unexpected(checked.error());
  } else {
    ++counters_.bypassed;
  }
  return path;
}

Status TrustStore::check_revocation(TrustpointContent& content,
                                    const std::vector<Certificate>& path) {
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    if (auto checked = check_one(content, path[i], path[i + 1]); !checked) return checked;
  }
  return {};
}

// R-CRL-14: the trustpoint's own list first, then those that others of the same issuer have read.
Crl* TrustStore::current_crl(TrustpointContent& content, const Certificate& issuer) {
  const auto in = [&](TrustpointContent& from) -> Crl* {
    for (Crl& crl : from.crls)
      if (crl.issuer_key() == issuer.subject_key() && crl.current(clock_())) return &crl;
    return nullptr;
  };
  if (Crl* own = in(content)) return own;
  for (const std::string& name : order_)
    if (Crl* other = in(contents_.at(name)); other != nullptr && other->verify(issuer))
      return other;
  return nullptr;
}

Status TrustStore::check_one(TrustpointContent& content, const Certificate& certificate,
                             const Certificate& issuer) {
  Crl* crl = current_crl(content, issuer);
  std::string reason = "none was read";
  if (crl == nullptr && content.revocation != policy::RevocationCheck::kCrlIfThere) {
    // The list has run out, or was never read: look once whether a new one lies there.
    const auto updates = fetch_crl(content);
    if (!updates) reason = updates.error().text;
    crl = current_crl(content, issuer);
  }
  if (crl == nullptr) {
    if (content.revocation != policy::RevocationCheck::kCrl) return {};
    return fail(Errc::kDenied, "no valid CRL of " + certificate.issuer() + " to check " +
                                   certificate.subject() + " against: " + reason);
  }
  ++counters_.crls_checked;
  if (auto verified = crl->verify(issuer); !verified) return verified;
  if (crl->revokes(certificate.serial())) {
    return fail(Errc::kDenied, "certificate " + certificate.subject() + " (serial " +
                                   to_hex(certificate.serial()) + ") is revoked");
  }
  return {};
}

}  // namespace spa::pki
