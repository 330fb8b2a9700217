// SPDX-License-Identifier: Apache-2.0
// Moving between the modes, and what a person does to the running system.
#include "userspace/config/exec.h"

#include "userspace/config/grammar/command.h"

namespace spa::config {
namespace {

void configure_terminal(Exec& exec, const Args&) {
  SessionState& state = exec.state();
  Tree& tree = exec.configuration().tree();
  state.frames.resize(1);
  state.frames.push_back({mode_of(tree.dialect()), tree.root().shared_from_this(), {}});
  exec.print("Enter configuration commands, one per line.  End with CNTL/Z.");
}

void leave(Exec& exec, const Args&) {
  SessionState& state = exec.state();
  if (state.frames.size() > 1)
    state.frames.pop_back();
  else
    state.closed = true;
}

void add_modes(std::vector<Command>& table) {
  for (const char* word : {"exit", "quit", "logout"})
    table.push_back(
        {.mode = Mode::kUser, .pattern = word, .help = "Ends the session.", .run = leave});
  table.push_back({.mode = Mode::kPrivileged,
                   .pattern = "configure [terminal]",
                   .help = "Enters global configuration.",
                   .run = configure_terminal});
  for (const char* word : {"exit", "quit"})
    table.push_back(
        {.mode = Mode::kAnyConfig, .pattern = word, .help = "Goes up one mode.", .run = leave});
  table.push_back({.mode = Mode::kAnyConfig,
                   .pattern = "end",
                   .help = "Goes back to privileged EXEC.",
                   .run = [](Exec& e, const Args&) { e.state().frames.resize(1); }});
}

void write_memory(Exec& exec, const Args&) {
  exec.print("Building configuration...");
  if (const std::string note = exec.configuration().generation_note(); !note.empty())
    exec.print(note);
  const Status done = exec.configuration().save();
  if (!done) return exec.refuse("The configuration was not saved: " + done.error().text);
  exec.print("[OK]");
}

void add_saving(std::vector<Command>& table) {
  for (const char* pattern : {"write [memory]", "copy running-config startup-config"})
    table.push_back({.mode = Mode::kPrivileged,
                     .pattern = pattern,
                     .help = "Saves the configuration (R-CFG-1).",
                     .run = write_memory});
}

void add_log(std::vector<Command>& table) {
  table.push_back({.mode = Mode::kPrivileged,
                   .pattern = "clear logging",
                   .help = "Empties the log ring.",
                   .run = [](Exec& e, const Args&) { e.backend().clear_log(); }});
}

void add_terminal(std::vector<Command>& table) {
  table.push_back({.mode = Mode::kUser,
                   .pattern = "terminal length <lines:0-512>",
                   .help = "Lines of a page; 0 prints without stopping.",
                   .run = [](Exec& e, const Args& a) {
                     e.state().terminal_length = static_cast<unsigned>(a.number("lines"));
                   }});
  table.push_back({.mode = Mode::kUser,
                   .pattern = "terminal dialect (live|d-a|d-b|d-c|pix)",
                   .help = "How the screens look: as current parsers read them, or as they were in "
                           "12.2(33)SRA, 12.3(8)T, 12.2(6) or on a PIX.",
                   .run = [](Exec& e, const Args& a) {
                     for (const ScreenFormName& name : kScreenForms)
                       if (a.has(std::string(name.word))) e.state().form = name.form;
                   }});
  table.push_back({.mode = Mode::kPrivileged,
                   .pattern = "terminal monitor",
                   .help = "Prints log and debug lines here.",
                   .run = [](Exec& e, const Args&) { e.state().monitor = true; }});
  table.push_back({.mode = Mode::kPrivileged,
                   .pattern = "terminal no monitor",
                   .help = "Stops printing them.",
                   .run = [](Exec& e, const Args&) { e.state().monitor = false; }});
}

}  // namespace

void add_exec_commands(std::vector<Command>& table) {
  add_modes(table);
  add_saving(table);
  add_log(table);
  add_terminal(table);
}

}  // namespace spa::config
