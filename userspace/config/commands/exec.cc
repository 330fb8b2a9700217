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
  table.push_back(
      {.mode = Mode::kUser,
       .pattern = "enable",
       .help = "Enters privileged EXEC.",
       .run = [](Exec& e, const Args&) { e.state().frames.front().mode = Mode::kPrivileged; }});
  table.push_back(
      {.mode = Mode::kUser,
       .pattern = "disable",
       .help = "Goes back to user EXEC.",
       .run = [](Exec& e, const Args&) { e.state().frames.front().mode = Mode::kUser; }});
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

void clear(Exec& exec, const ClearRequest& request) {
  const auto count = exec.backend().clear(request);
  if (!count) return exec.refuse(count.error().text);
}

ClearRequest session_filter(const Args& args) {
  ClearRequest request;
  if (const Value* local = args.find("local")) request.local = local->address;
  if (const Value* remote = args.find("remote")) request.remote = remote->address;
  request.remote_port = static_cast<std::uint16_t>(args.number("port"));
  return request;
}

void add_clear(std::vector<Command>& table) {
  table.push_back({.mode = Mode::kPrivileged,
                   .pattern = "clear crypto session [local <local:ip>|remote <remote:ip> [port "
                              "<port:1-65535>]]",
                   .help = "Deletes IKE and IPsec SAs; the peers are told.",
                   .run = [](Exec& e, const Args& a) { clear(e, session_filter(a)); }});
  table.push_back({.mode = Mode::kPrivileged,
                   .pattern = "clear crypto sa [peer <remote:ip>|map <map:word>]",
                   .help = "Deletes IPsec SAs.",
                   .run = [](Exec& e, const Args& a) {
                     ClearRequest request = session_filter(a);
                     request.what = ClearRequest::What::kIpsecSas;
                     request.crypto_map = a.text("map");
                     clear(e, request);
                   }});
  table.push_back({.mode = Mode::kPrivileged,
                   .pattern = "clear crypto ikev2 sa [<id:1-4294967295>|remote <remote:ip>|local "
                              "<local:ip>]",
                   .help = "Deletes IKE SAs and what hangs on them.",
                   .run = [](Exec& e, const Args& a) {
                     ClearRequest request = session_filter(a);
                     request.what = ClearRequest::What::kIkeSas;
                     request.ike_id = static_cast<std::uint32_t>(a.number("id"));
                     clear(e, request);
                   }});
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
                   .pattern = "terminal dialect (live|pix)",
                   .help = "How the screens look: as current parsers read them, or as those of a "
                           "PIX.",
                   .run = [](Exec& e, const Args& a) {
                     e.state().form = a.has("pix") ? ScreenForm::kPix : ScreenForm::kLive;
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
  add_clear(table);
  add_terminal(table);
}

}  // namespace spa::config
