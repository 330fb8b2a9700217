// SPDX-License-Identifier: Apache-2.0
// No running system at all: for reading and converting configurations away from the daemon.
#pragma once

#include "userspace/config/backend.h"

namespace spa::config {

class OfflineBackend final : public Backend {
 public:
  Result<ApplyReport> apply(policy::SnapshotPtr) override { return ApplyReport{}; }
  std::vector<ike::IkeSaStatus> ike_sas() override { return {}; }
  Result<ports::SaPairState> sa_state(std::uint32_t) override { return offline(); }
  Result<std::size_t> clear(const ClearRequest&) override { return offline(); }
  std::vector<EngineView> engines() override { return {}; }
  std::vector<AcceleratorView> accelerators() override { return {}; }
  std::string device_of(const policy::Interface&) override { return {}; }
  Status import_pkcs12(const std::string&, const std::string&, const SecretBytes&) override {
    return offline();
  }
  Status store_certificate(const std::string&, CertificateKind, const std::string&,
                           ByteView) override {
    return offline();
  }
  Status remove_certificate(const std::string&, const std::string&) override {
    return fail(Errc::kNotFound, "no certificate is kept offline");
  }
  Status authenticate(const std::string&, std::string_view) override { return offline(); }
  std::vector<CertificateView> certificates() override { return {}; }
  Status request_crl(const std::string&) override { return offline(); }
  std::vector<CrlView> crls() override { return {}; }
  SystemInfo system() override { return {}; }
  WallTime now() override { return {}; }
  void write_log(const LogRecord&) override {}
  std::vector<LogLine> log() override { return {}; }
  void clear_log() override {}
  void set_debugging(const std::string&, bool) override {}
  std::vector<std::string> debugging() override { return {}; }

 private:
  static tl::unexpected<Error> offline() {
    return fail(Errc::kState, "this needs the daemon; nothing was done");
  }
};

}  // namespace spa::config
