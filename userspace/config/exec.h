// SPDX-License-Identifier: Apache-2.0
// What a command that does something at once is given, and what it leaves behind.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "userspace/config/backend.h"
#include "userspace/config/configuration.h"
#include "userspace/config/dialogue.h"
#include "userspace/config/grammar/mode.h"
#include "userspace/config/session.h"
#include "userspace/config/show/form.h"
#include "userspace/config/tree.h"

namespace spa::config {

class Exec;

// Lines that are not commands (R-CLI-15): they are collected until `quit`.
struct DataInput {
  enum class What { kHexCertificate, kPemCertificate, kPublicKey };
  What what = What::kHexCertificate;
  std::string trustpoint;
  CertificateKind kind = CertificateKind::kCa;
  std::string serial;
  std::string collected;
  bool overflow = false;
  // Takes what was collected, for a command that knows itself what to do with it.
  std::function<void(Exec& exec, const std::string& collected)> then{};
};
inline constexpr std::size_t kMaxDataInput = 256 * 1024;

// A mode somebody is in, and the block they edit there.
struct Frame {
  Mode mode = Mode::kUser;
  std::shared_ptr<Node> block;  // the root in global configuration; null in EXEC
  std::string name;             // of a block that is not in the tree: the trustpoint of a chain
  std::string_view prompt{};    // where it is not that of the mode
};

// Goes on with a command that was not over when its line was answered.
using Continue = std::function<void(std::function<void(Exec& exec)> then)>;

// The form of debug lines that goes with that of the screens.
[[nodiscard]] inline DebugForm debug_form(ScreenForm form) {
  switch (form) {
    case ScreenForm::kDb:
      return DebugForm::kB;
    case ScreenForm::kDc:
      return DebugForm::kC;
    case ScreenForm::kPix:
      return DebugForm::kPix;
    case ScreenForm::kLive:
    case ScreenForm::kDa:
      break;
  }
  return DebugForm::kA;
}

// The state of a session between two lines.
struct SessionState {
  std::vector<Frame> frames;  // at least the EXEC frame; the last one is where we are
  std::optional<DataInput> input;
  std::optional<Question> question;  // whose answer the next line is
  bool monitor = false;
  ScreenForm form = ScreenForm::kLive;
  unsigned terminal_length = 0;
  bool closed = false;
  std::size_t batch = 0;                                   // depth of begin_batch()
  bool loading = false;                                    // the startup configuration
  std::size_t line = 0;                                    // of the file that is read; 0: typed
  bool busy = false;                                       // a command is not over yet
  Continue resume;                                         // set by the session
  std::function<void(const std::string& line)> tell;       // set by the session
  std::shared_ptr<char> alive = std::make_shared<char>();  // what comes later asks for it
  [[nodiscard]] Mode mode() const { return frames.back().mode; }
};

class Exec {
 public:
  Exec(Configuration& configuration, SessionState& state, OutputFormat format)
      : configuration_(configuration), state_(state), format_(format) {}

  [[nodiscard]] Configuration& configuration() { return configuration_; }
  [[nodiscard]] Backend& backend() { return configuration_.backend(); }
  [[nodiscard]] SessionState& state() { return state_; }
  [[nodiscard]] bool wants_json() const { return format_ == OutputFormat::kJson; }

  void print(std::string_view line) { text_.append(line).push_back('\n'); }
  void print_raw(std::string_view text) { text_.append(text); }
  void give_json(std::string json) { json_ = std::move(json); }
  // A long screen behind what has been printed, or its JSON when that is wanted.
  void stream(Pieces pieces) { pieces_ = std::move(pieces); }
  // The command was understood and cannot be done; a percent sign is put in front.
  void refuse(std::string text) {
    rejection_ = Rejection{Rejection::Kind::kRefused, "% " + std::move(text), std::nullopt};
  }

  void reject(Rejection rejection) { rejection_ = std::move(rejection); }

  // The command takes its time: it is over when what is returned has been called, once, on this
  // thread. Until then the session takes no line. Nothing happens when the person has gone away.
  [[nodiscard]] Continue wait();
  // Tells this person something whatever they are doing then; nothing when they have gone away.
  [[nodiscard]] std::function<void(const std::string& line)> messenger();

  [[nodiscard]] std::string take_text() { return std::move(text_); }
  [[nodiscard]] std::string take_json() { return std::move(json_); }
  [[nodiscard]] Pieces take_pieces() { return std::exchange(pieces_, nullptr); }
  [[nodiscard]] std::optional<Rejection> take_rejection() { return std::move(rejection_); }

 private:
  Configuration& configuration_;
  SessionState& state_;
  OutputFormat format_;
  std::string text_;
  std::string json_;
  Pieces pieces_;
  std::optional<Rejection> rejection_;
};

// Whether this person wants the screens of a PIX (R-PIX-16).
[[nodiscard]] inline bool wants_pix(Exec& exec) {
  return exec.state().form == ScreenForm::kPix && !exec.wants_json();
}

// Stores the lines that `crypto pki import` implies, as if they had been typed.
Status ensure_trustpoint(Configuration& configuration, const std::string& name, bool with_keypair);
// The lines of input are complete.
void finish_input(Exec& exec, DataInput input);

}  // namespace spa::config
