// SPDX-License-Identifier: Apache-2.0
// What the commands need of the running system. The daemon implements it; tests have a fake. All
// calls come on the thread that runs the sessions, none may block for longer than a file read, and
// none is called from inside itself.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "userspace/base/bytes.h"
#include "userspace/base/clock.h"
#include "userspace/base/log.h"
#include "userspace/base/result.h"
#include "userspace/config/logging.h"
#include "userspace/ike/call_admission.h"
#include "userspace/ike/counters.h"
#include "userspace/ike/status.h"
#include "userspace/pki/counters.h"
#include "userspace/policy/snapshot.h"
#include "userspace/ports/sa_database.h"
#include "userspace/ports/timers.h"

namespace spa::pki {
class Enrolment;
}

namespace spa::config {

// What applying a configuration did: sentences for the person who typed the command.
struct ApplyReport {
  std::vector<std::string> changes;   // "crypto map vpn 10: SAs with 192.0.2.1 dropped"
  std::vector<std::string> warnings;  // "interface Gi0/0: no Linux device carries 192.0.2.1"
};

// `clear crypto …`: an absent field matches everything (R-DBG-1, R-DBG-2).
struct ClearRequest {
  enum class What { kSessions, kIkeSas, kIpsecSas };
  What what = What::kSessions;
  std::optional<IpAddress> local;
  std::optional<IpAddress> remote;
  std::uint16_t remote_port = 0;  // 0 = any
  std::uint32_t ike_id = 0;       // tunnel id of ike::IkeSaStatus; 0 = any
  std::uint32_t spi_in = 0;       // inbound SPI of an SA pair; 0 = any
  std::string crypto_map;         // empty = any
};

// One attribute of a distinguished name: "cn", "Example"; most specific first.
using NameAttribute = std::pair<std::string, std::string>;

// Told apart by content: basicConstraints, then keyUsage (R-PKI-30).
enum class CertificateKind { kOwn, kRaSign, kRaEncrypt, kCa };

// A certificate of the PKI store, taken apart for the screens (R-SHOW-14).
struct CertificateView {
  std::string trustpoint;
  CertificateKind kind = CertificateKind::kOwn;
  std::string serial;  // hex, upper case, as it stands in `certificate SERIAL`
  std::string usage;   // "General Purpose", "Signature" …
  std::vector<NameAttribute> issuer;
  std::vector<NameAttribute> subject;
  std::string fqdn;  // unstructuredName or dNSName; may be empty
  std::vector<std::string> crl_urls;
  WallTime not_before{};
  WallTime not_after{};
  std::string public_key;           // "RSA (2048 bit)"
  std::string signature_algorithm;  // "SHA256 with RSA Encryption"
  Bytes md5;                        // fingerprints of the DER
  Bytes sha1;
  Bytes sha256;
  Bytes der;
};

// A CRL of the cache (R-SHOW-36).
struct CrlView {
  std::vector<NameAttribute> issuer;
  WallTime last_update{};
  WallTime next_update{};
  WallTime downloaded{};
  std::string source;  // "file:///etc/crl.der"
  std::size_t der_size = 0;
  std::size_t entries = 0;
};

// One engine for public-key work or for ESP, with what it has done so far.
struct EngineView {
  std::string name;        // "SPA-IPSEC", "OpenSSL"
  bool hardware = false;   // the card, emulated or not
  std::string device;      // "/dev/spa0", "spa0"; empty for software
  std::string state;       // "Active", or why not
  std::string data_plane;  // "kernel", "soft"; empty for an engine without ESP
  std::uint64_t dh_operations = 0;
  std::uint64_t rsa_operations = 0;
  std::uint64_t failures = 0;
  std::uint32_t security_associations = 0;
  std::uint64_t dh_values = 0;   // of dh_operations: public values made (P1)
  std::uint64_t dh_secrets = 0;  // and shared secrets (SS)
};

// What does ESP outside of the kernel's software: a card, or the in-process one. What it can, how
// full it is and what it counted (R-SHOW-25, R-SHOW-26, R-SHOW-40).
struct AcceleratorView {
  std::string name;    // "SPA-IPSEC"
  std::string device;  // "spa0"; the TUN of the in-process card
  bool in_process = false;
  std::string state;                              // "Active", or why not
  std::vector<std::string> capabilities;          // "DES", "3DES", "AES" …
  std::uint32_t sas_active = 0;                   // ours
  std::uint32_t sas_max = 0;                      // 0: not known
  std::map<std::string, std::uint64_t> counters;  // as ethtool -S names them
};

// Counters and place of one SA pair. Counters begin anew when somebody clears them; what has been
// used of the lifetime does not.
struct SaState : ports::SaPairState {
  SaState() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): nothing was cleared
  SaState(ports::SaPairState state) : ports::SaPairState(std::move(state)) {}
  std::uint64_t cleared_bytes_in = 0;  // counted before that
  std::uint64_t cleared_bytes_out = 0;
  [[nodiscard]] std::uint64_t kilobytes_left(std::uint64_t lifetime, bool inbound) const {
    const std::uint64_t bytes =
        inbound ? in.bytes + cleared_bytes_in : out.bytes + cleared_bytes_out;
    return lifetime - std::min(lifetime, bytes / 1024);
  }
};

struct LogLine {
  WallTime time{};
  std::string text;     // "%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is ON", or a debug line
  std::string stamp{};  // what stands before it; empty where it goes on with the line before
};

struct SystemInfo {
  std::string program = "spa-iked";
  std::string version;
  Duration uptime{};
  bool clock_synchronised = false;  // R-SHOW-19: a star when not
  std::string serial_number;        // of the router; empty: it has none
};

class Backend {
 public:
  virtual ~Backend() = default;

  // Puts a configuration in force as one. On an error nothing has changed.
  virtual Result<ApplyReport> apply(policy::SnapshotPtr snapshot) = 0;

  // What apply() would do now, in the same words. Changes nothing.
  [[nodiscard]] virtual Result<ApplyReport> plan(const policy::SnapshotPtr& snapshot) = 0;
  // The clock of the thread that runs the sessions; outlives them and the configuration.
  [[nodiscard]] virtual ports::Timers& timers() = 0;

  // Whether tunnel interfaces can be made and protected here; the error says why not, and what to
  // do.
  [[nodiscard]] virtual Status can_make_tunnels() { return {}; }

  // Every IKE SA, in ascending id, with its CHILD SAs.
  [[nodiscard]] virtual std::vector<ike::IkeSaStatus> ike_sas() = 0;
  // Those of these ids that are still there, in ascending id.
  [[nodiscard]] virtual std::vector<ike::IkeSaStatus> ike_sas_of(
      const std::vector<std::uint32_t>& ids) {
    std::vector<ike::IkeSaStatus> list = ike_sas();
    std::erase_if(list, [&ids](const ike::IkeSaStatus& sa) {
      return std::find(ids.begin(), ids.end(), sa.id) == ids.end();
    });
    return list;
  }
  // kNotFound when it has just gone away.
  [[nodiscard]] virtual Result<SaState> sa_state(std::uint32_t spi_in) = 0;
  // Returns how many IKE SAs (or SA pairs with kIpsecSas) are being deleted. Peers are told
  // (R-DBG-4).
  virtual Result<std::size_t> clear(const ClearRequest& request) = 0;
  // Packets of a line of a crypto map that were dropped because there was no SA for them yet, since
  // the counters were cleared; nothing where the data plane does not count them by line (R-MAP-31).
  [[nodiscard]] virtual std::optional<std::uint64_t> dropped_without_sa(
      const ports::PolicyId& /*rule*/) {
    return std::nullopt;
  }
  // The counters of all SA pairs are zero from now on.
  virtual void clear_sa_counters() = 0;
  // IKE requests and IKE SAs as call admission counts them (R-CAC-12).
  [[nodiscard]] virtual ike::CallAdmissionCounts call_admission() = 0;
  virtual void clear_call_admission() = 0;
  // Of both IKE versions, since the daemon started.
  [[nodiscard]] virtual ike::Counters ike_counters() = 0;
  [[nodiscard]] virtual std::vector<EngineView> engines() = 0;
  // Asks the devices for their counters.
  [[nodiscard]] virtual std::vector<AcceleratorView> accelerators() = 0;
  // The Linux device an interface of the configuration stands for; empty when there is none.
  [[nodiscard]] virtual std::string device_of(const policy::Interface& interface) = 0;

  // The PKI store. Trustpoint names without regard to case. `password` opens the PKCS#12 file at
  // `path` on the daemon's machine; keys and certificates replace those of the trustpoint.
  virtual Status import_pkcs12(const std::string& trustpoint, const std::string& path,
                               const SecretBytes& password) = 0;
  // A certificate typed or loaded as part of a chain. R-PKI-60: kInvalid unless `serial` (hex) is
  // the serial number of `der`. R-PKI-62: a bad signature is not a reason to refuse. Storing the
  // same one twice is fine, and so is one of a trustpoint that apply() has not seen yet: files
  // are applied as a whole at their end.
  virtual Status store_certificate(const std::string& trustpoint, CertificateKind kind,
                                   const std::string& serial, ByteView der) = 0;
  // One certificate by its serial, or everything of the trustpoint with its key when `serial` is
  // empty. kNotFound.
  virtual Status remove_certificate(const std::string& trustpoint, const std::string& serial) = 0;
  // Keys and certificates in the making.
  [[nodiscard]] virtual pki::Enrolment& enrolment() = 0;
  // All of the store in the order of R-PKI-63: by trustpoint, own certificate first, CA last.
  [[nodiscard]] virtual std::vector<CertificateView> certificates() = 0;
  // Reads the CRL of a trustpoint again, now. The error names the cause.
  virtual Status request_crl(const std::string& trustpoint) = 0;
  [[nodiscard]] virtual std::vector<CrlView> crls() = 0;
  [[nodiscard]] virtual pki::Counters pki_counters() { return {}; }

  [[nodiscard]] virtual SystemInfo system() = 0;
  [[nodiscard]] virtual WallTime now() = 0;
  virtual void write_log(const LogRecord& record) = 0;
  // Where lines go from now on.
  virtual void set_logging(const LoggingSettings& settings) = 0;
  // The log ring, oldest first.
  [[nodiscard]] virtual std::vector<LogLine> log() = 0;
  virtual void clear_log() = 0;
  // A debug stream: "ikev2", "ipsec", "pki", "engine" … (LogSink::debugging).
  virtual void set_debugging(const std::string& stream, bool on) = 0;
  [[nodiscard]] virtual std::vector<std::string> debugging() = 0;
  // `debug crypto condition`: the peers that debug lines are about; none: all.
  virtual void set_debug_condition(const IpAddress& peer, bool on) = 0;
  [[nodiscard]] virtual std::vector<IpAddress> debug_conditions() = 0;
};

}  // namespace spa::config
