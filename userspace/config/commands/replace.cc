// SPDX-License-Identifier: Apache-2.0
// Another configuration in place of the running one: what would change, the change, and the way
// back (R-CFG, R-DLG).
#include <boost/json.hpp>
#include <chrono>
#include <utility>

#include "userspace/base/file.h"
#include "userspace/config/candidate.h"
#include "userspace/config/difference.h"
#include "userspace/config/exec.h"
#include "userspace/config/grammar/command.h"
#include "userspace/config/master_key.h"
#include "userspace/config/rollback.h"

namespace spa::config {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxFile = 64u << 20;
constexpr std::size_t kMaxRefusedShown = 20;

// What putting a file in force comes to.
struct Plan {
  std::shared_ptr<Candidate> candidate;
  std::vector<ChangedLine> lines;
  ApplyReport report;
};

Result<std::string> text_of_file(Exec& exec, const std::string& name) {
  if (name == "startup-config" || name == "nvram:startup-config")
    return exec.configuration().startup_config();
  const auto content = read_file(name, kMaxFile);
  if (!content) return tl::unexpected(content.error());
  return std::string(content->begin(), content->end());
}

// A file with lines that are refused is refused as a whole.
Status taken_whole(const std::string& file, const std::vector<LoadMessage>& messages) {
  std::string text;
  std::size_t count = 0;
  for (const LoadMessage& message : messages) {
    if (!message.rejected || ++count > kMaxRefusedShown) continue;
    text += file + ":" + std::to_string(message.line) + ": " + message.source + "\n" +
            message.text + "\n";
  }
  if (count == 0) return {};
  return fail(Errc::kInvalid, text + "% " + std::to_string(count) +
                                  (count == 1 ? " line is" : " lines are") +
                                  " refused: nothing was changed");
}

Result<Plan> make_plan(Exec& exec, const std::string& file) {
  Configuration& running = exec.configuration();
  const auto text = text_of_file(exec, file);
  if (!text) return tl::unexpected(text.error());
  Plan plan;
  plan.candidate = std::make_shared<Candidate>(running);
  const auto messages = plan.candidate->read(*text);
  if (!messages) return tl::unexpected(messages.error());
  if (auto whole = taken_whole(file, *messages); !whole) return tl::unexpected(whole.error());
  Configuration& wanted = plan.candidate->configuration();
  if (wanted.master_key().exists() && !running.master_key().exists())
    return fail(Errc::kInvalid,
                "The file sets the master key: type its 'key config-key' line first; nothing was "
                "changed");
  plan.lines = difference(running.tree().root(), wanted.tree().root());
  if (plan.lines.empty()) return plan;
  auto report = running.backend().plan(wanted.snapshot());
  if (!report) return tl::unexpected(report.error());
  plan.report = std::move(*report);
  return plan;
}

std::string text_of(const Plan& plan) {
  if (plan.lines.empty()) return "!No changes were found\n";
  std::string out = "!Contextual Config Diffs:\n" + text_of(plan.lines);
  out += plan.report.changes.empty() ? "!No SA is dropped\n" : "!SAs that are dropped:\n";
  for (const std::string& change : plan.report.changes) out += "!  " + change + "\n";
  for (const std::string& warning : plan.report.warnings) out += "% Warning: " + warning + "\n";
  return out;
}

std::string json_of(const Plan& plan) {
  json::array lines;
  for (const ChangedLine& line : plan.lines) {
    const char* change = line.change == ChangedLine::Change::kAdded     ? "added"
                         : line.change == ChangedLine::Change::kRemoved ? "removed"
                                                                        : "kept";
    lines.push_back(json::object{{"change", change}, {"depth", line.depth}, {"line", line.text}});
  }
  json::array dropped, warnings;
  for (const std::string& change : plan.report.changes) dropped.emplace_back(change);
  for (const std::string& warning : plan.report.warnings) warnings.emplace_back(warning);
  return json::serialize(json::object{{"lines", std::move(lines)},
                                      {"dropped_sas", std::move(dropped)},
                                      {"warnings", std::move(warnings)}});
}

std::string in_minutes(unsigned minutes) {
  return "in " + std::to_string(minutes) + (minutes == 1 ? " minute" : " minutes");
}

void refuse(Exec& exec, const Error& error) {
  // Lines of a file come with their own percent signs.
  exec.reject({Rejection::Kind::kRefused,
               (error.text.find('\n') == std::string::npos ? "% " : "") + error.text,
               std::nullopt});
}

void show_differences(Exec& exec, const Args& args) {
  const auto plan = make_plan(exec, args.text("file"));
  if (!plan) return refuse(exec, plan.error());
  exec.print_raw(text_of(*plan));
  if (exec.wants_json()) exec.give_json(json_of(*plan));
}

void put_in_force(Exec& exec, const Plan& plan, unsigned minutes) {
  Configuration& running = exec.configuration();
  const auto now = difference(running.tree().root(), plan.candidate->configuration().tree().root());
  if (now != plan.lines)
    return exec.refuse("Somebody changed the configuration meanwhile; nothing was changed.");
  if (minutes != 0)
    if (const Status started = running.rollback().start(minutes); !started)
      return refuse(exec, started.error());
  const auto give_up = [&](const Error& error) {
    if (minutes != 0) running.rollback().forget();
    exec.refuse("Not put in force: " + error.text + "; nothing was changed");
  };
  for (const CertificateView& view : plan.candidate->certificates())
    if (const Status stored =
            running.backend().store_certificate(view.trustpoint, view.kind, view.serial, view.der);
        !stored)
      return give_up(stored.error());
  const auto done = running.replace(plan.candidate->configuration().tree().copy());
  if (!done) return give_up(done.error());
  exec.print("[OK]");
  if (minutes != 0)
    exec.print("% It is taken back " + in_minutes(minutes) +
               " unless 'configure confirm' is typed.");
}

void replace(Exec& exec, const Args& args) {
  auto plan = make_plan(exec, args.text("file"));
  if (!plan) return refuse(exec, plan.error());
  exec.print_raw(text_of(*plan));
  if (plan->lines.empty()) return;
  const auto minutes = static_cast<unsigned>(args.number("minutes"));
  if (args.has("force")) return put_in_force(exec, *plan, minutes);
  ask_yes_or_no(
      exec, "Put this in force? [yes/no]: ", [plan = std::move(*plan), minutes](Exec& e, bool yes) {
        if (yes) put_in_force(e, plan, minutes);
      });
}

void configure_revertible(Exec& exec, const Args& args) {
  const auto minutes = static_cast<unsigned>(args.number("minutes"));
  if (const Status started = exec.configuration().rollback().start(minutes); !started)
    return refuse(exec, started.error());
  SessionState& state = exec.state();
  state.frames.resize(1);
  state.frames.push_back(
      {Mode::kGlobal, exec.configuration().tree().root().shared_from_this(), {}});
  exec.print("Enter configuration commands, one per line.  End with CNTL/Z.");
  exec.print("% What is there now comes back " + in_minutes(minutes) +
             " unless 'configure confirm' is typed.");
}

void say(Exec& exec, const Status& done) {
  if (!done) refuse(exec, done.error());
}

// What has been typed since it was last saved stays for so long.
void commit_confirmed(Exec& exec, const Args& args) {
  const auto plan = make_plan(exec, "startup-config");
  if (!plan) return refuse(exec, plan.error());
  if (plan->lines.empty()) return exec.print("% Nothing has changed since it was saved.");
  const auto minutes = static_cast<unsigned>(args.number("minutes"));
  const Status started = exec.configuration().rollback().start(
      minutes, plan->candidate->configuration().tree().copy());
  if (!started) return refuse(exec, started.error());
  exec.print("% The startup configuration comes back " + in_minutes(minutes) +
             " unless 'commit' is typed.");
}

void commit(Exec& exec, const Args&) {
  say(exec, exec.configuration().rollback().confirm());
}

void show_timer(Exec& exec, const Args&) {
  const Rollback& rollback = exec.configuration().rollback();
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(rollback.remaining()).count();
  if (exec.wants_json())
    exec.give_json(
        json::serialize(json::object{{"pending", rollback.pending()}, {"seconds_left", seconds}}));
  if (!rollback.pending()) return exec.print("% No configuration waits to be confirmed.");
  exec.print("The configuration before the last comes back in " + std::to_string(seconds) +
             " seconds unless 'configure confirm' is typed.");
}

}  // namespace

void add_replace_commands(std::vector<Command>& table) {
  const auto add = [&](std::string pattern, std::string help,
                       std::function<void(Exec&, const Args&)> run) {
    table.push_back({.mode = Mode::kPrivileged,
                     .pattern = std::move(pattern),
                     .help = std::move(help),
                     .run = std::move(run)});
  };
  const std::string timer = "revert timer <minutes:1-" + std::to_string(kMaxRevertMinutes) + ">";
  add("show archive config differences <file:word>",
      "What `configure replace` of a file of the daemon's machine would change, and the SAs that "
      "it "
      "would drop.",
      show_differences);
  add("configure replace <file:word> [force] [" + timer + "]",
      "Puts a file, or startup-config, in force in place of the running configuration: shows what "
      "changes and asks, unless forced. With a line that is refused, or an error, nothing changes. "
      "With a timer the old one comes back unless it is confirmed in time.",
      replace);
  add("configure terminal " + timer,
      "Enters global configuration; what is there now comes back after so many minutes unless it "
      "is confirmed. A daemon that starts within that time has the startup configuration.",
      configure_revertible);
  add("configure " + timer, "The time to confirm a configuration begins anew.",
      [](Exec& e, const Args& a) {
        say(e, e.configuration().rollback().restart(static_cast<unsigned>(a.number("minutes"))));
      });
  add("configure confirm", "The configuration stays.", commit);
  add("configure revert now", "The configuration before the last comes back now.",
      [](Exec& e, const Args&) { say(e, e.configuration().rollback().revert_now()); });
  for (const Mode mode : {Mode::kPrivileged, Mode::kAnyConfig}) {
    table.push_back(
        {.mode = mode,
         .pattern = "commit confirmed <minutes:1-" + std::to_string(kMaxRevertMinutes) + ">",
         .help = "The startup configuration comes back after so many minutes unless "
                 "`commit` is typed.",
         .run = commit_confirmed});
    table.push_back({.mode = mode,
                     .pattern = "commit",
                     .help = "The configuration stays, as with `configure confirm`; `write memory` "
                             "saves it.",
                     .run = commit});
  }
  add("show archive config rollback timer", "How long a configuration still waits to be confirmed.",
      show_timer);
}

}  // namespace spa::config
