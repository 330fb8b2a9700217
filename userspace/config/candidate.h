// SPDX-License-Identifier: Apache-2.0
// A configuration that is looked at before it is in force, or without a daemon: reading it changes
// nothing, neither files nor certificates nor SAs.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "userspace/base/clock.h"
#include "userspace/config/backend.h"
#include "userspace/config/configuration.h"

namespace spa::config {

class CandidateBackend;

class Candidate {
 public:
  // Without a daemon: there are no certificates but those of the text, and tunnels can be made.
  explicit Candidate(WallTime now);
  // Beside one that runs, which outlives this: with its certificates and its master key.
  explicit Candidate(Configuration& running);
  ~Candidate();
  Candidate(const Candidate&) = delete;
  Candidate& operator=(const Candidate&) = delete;

  // Reads a whole text; once. The messages are those of Configuration::load().
  Result<std::vector<LoadMessage>> read(std::string_view text);

  [[nodiscard]] Configuration& configuration() { return *configuration_; }
  [[nodiscard]] const Configuration& configuration() const { return *configuration_; }
  // The certificates that stand in the text.
  [[nodiscard]] const std::vector<CertificateView>& certificates() const;

 private:
  std::unique_ptr<CandidateBackend> backend_;
  std::unique_ptr<Configuration> configuration_;
};

}  // namespace spa::config
