// SPDX-License-Identifier: Apache-2.0
// The trustpoints' certificates, keys and CRLs: kept in memory, on disk below one directory (keys
// mode 0600).
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "userspace/base/clock.h"
#include "userspace/base/result.h"
#include "userspace/crypto/key.h"
#include "userspace/pki/certificate.h"
#include "userspace/pki/counters.h"
#include "userspace/pki/crl.h"
#include "userspace/pki/key_store.h"
#include "userspace/policy/time_zone.h"
#include "userspace/policy/trustpoint.h"

namespace spa::pki {

// What one trustpoint holds. Names are looked up without regard to case (R-PROF-20).
struct TrustpointContent {
  std::string name;  // as first typed
  policy::RevocationCheck revocation = policy::RevocationCheck::kCrl;
  std::string crl_url;
  std::vector<Certificate> authorities;    // trusted as they are: roots, or intermediates
  std::optional<Certificate> identity;     // ours, which we sign with
  std::optional<Certificate> encryption;   // ours too, of a pair that encrypts only
  std::vector<Certificate> intermediates;  // sent with ours
  std::optional<crypto::PrivateKey> key;   // imported with the identity; others are in the KeyStore
  WallTime key_stored{};
  std::vector<Crl> crls;
  std::string crl_source;  // the URL they were read from
  WallTime crl_read{};     // and when
};

// What reading a CRL brought.
struct CrlUpdate {
  std::string issuer;  // as it is printed
  Bytes issuer_key;    // canonical, as sessions keep it
  std::size_t entries = 0;
  bool changed = false;  // no notification otherwise (R-REV-7)
};

class TrustStore {
 public:
  using WallClock = std::function<WallTime()>;
  // `directory` is made (0700) when something is written first. Without a name nothing ever is.
  TrustStore(std::string directory, WallClock clock);

  // Reads what earlier runs stored. Errors name the file; what could be read is kept.
  Status load();

  // The trustpoints of the configuration, in their order. Contents of others stay on disk, out of
  // sight.
  void configure(const std::vector<policy::Trustpoint>& trustpoints);
  [[nodiscard]] WallTime now() const { return clock_(); }
  // In which zone the texts of errors have their times (R-TIME-5).
  void show_times_in(const policy::TimeZone& zone) { zone_ = zone; }
  [[nodiscard]] const policy::TimeZone& zone() const { return zone_; }
  // Whether SHA-1 signatures and short keys are believed (`crypto legacy-algorithms`).
  void allow_legacy(bool allow) { legacy_ = allow; }

  // Where the keys are that were made here; outlives this.
  void use(const KeyStore& keys) { keys_ = &keys; }
  // The private key of one of our certificates; null when it is not here (any more).
  [[nodiscard]] const crypto::PrivateKey* key_of(const TrustpointContent& content,
                                                 const Certificate& certificate) const;
  // Deletes the imported RSA key of a trustpoint, or of all with an empty name.
  Status forget_keys(std::string_view trustpoint);

  // What is taken in from here on is written to disk by write(); what is forgotten as a whole is
  // gone there at once (R-PKI-10, R-CFG-1).
  Status write();
  // Replaces the identity of a trustpoint; CA certificates of the file become its authorities.
  Status import_pkcs12(std::string_view trustpoint, ByteView file, std::string_view password);
  // `crypto pki certificate chain`: a CA certificate is trusted from now on, another one becomes
  // ours if one of our keys fits it, and an intermediate otherwise.
  Status add_certificate(std::string_view trustpoint, ByteView der);
  // One that may help to find a path, and is believed only as far as that path goes.
  Status add_intermediate(std::string_view trustpoint, ByteView der);
  // Forgets everything that the trustpoint holds, on disk too.
  Status remove(std::string_view trustpoint);

  // Forgets one certificate, whoever's it is. kNotFound: no certificate with this serial number.
  Status remove_certificate(std::string_view trustpoint, const Bytes& serial);

  // Reads the trustpoint's CRL URL again (file:// only). A list that is out of date, wrongly signed
  // or older than the one in force is refused, and the old one stays.
  Result<std::vector<CrlUpdate>> request_crl(std::string_view trustpoint);
  // Which of these serials the CRLs of `issuer_key` revoke (R-REV-9).
  [[nodiscard]] std::vector<Bytes> revoked(const Bytes& issuer_key,
                                           const std::vector<Bytes>& serials) const;

  // In the order of the configuration.
  [[nodiscard]] std::vector<const TrustpointContent*> list() const;
  // Null when the configuration has no such trustpoint.
  [[nodiscard]] const TrustpointContent* find(std::string_view trustpoint) const;

  // The path from `chain` (leaf first, others in any order) to an authority of this trustpoint,
  // leaf first: signatures, validity, constraints and, where asked for, revocation of every
  // certificate below the authority. RFC 5280 6.
  Result<std::vector<Certificate>> verify_path(std::string_view trustpoint,
                                               const std::vector<Certificate>& chain);

  [[nodiscard]] const Counters& counters() const { return counters_; }
  void count_validation(bool believed) { ++(believed ? counters_.validated : counters_.refused); }

 private:
  TrustpointContent* find_mutable(std::string_view trustpoint);
  TrustpointContent& content_for(std::string_view trustpoint);
  Status load_one(const std::string& path, TrustpointContent& content);
  void touch(const TrustpointContent& content);
  Status store(const TrustpointContent& content) const;
  Status check_revocation(TrustpointContent& content, const std::vector<Certificate>& path);
  Status check_one(TrustpointContent& content, const Certificate& certificate,
                   const Certificate& issuer);
  Crl* current_crl(TrustpointContent& content, const Certificate& issuer);
  void take_own(TrustpointContent& content, const Certificate& certificate) const;
  Result<std::vector<CrlUpdate>> fetch_crl(TrustpointContent& content);  // counted
  Result<std::vector<CrlUpdate>> read_crl(TrustpointContent& content);
  [[nodiscard]] std::string path_of(std::string_view trustpoint) const;

  std::string directory_;
  WallClock clock_;
  const KeyStore* keys_ = nullptr;
  policy::TimeZone zone_;
  bool legacy_ = false;
  Counters counters_;
  std::map<std::string, TrustpointContent> contents_;  // by folded name
  std::set<std::string> unwritten_;                    // folded names
  std::vector<std::string> order_;                     // folded names of the configured ones
};

}  // namespace spa::pki
