// SPDX-License-Identifier: Apache-2.0
// show …: the data first, then a text or JSON of it.
#include <algorithm>
#include <memory>

#include "userspace/config/exec.h"
#include "userspace/config/grammar/command.h"
#include "userspace/config/show/accelerator.h"
#include "userspace/config/show/call_admission.h"
#include "userspace/config/show/crypto_map.h"
#include "userspace/config/show/crypto_session.h"
#include "userspace/config/show/engine.h"
#include "userspace/config/show/ike_counters.h"
#include "userspace/config/show/ikev2.h"
#include "userspace/config/show/ipsec_sa.h"
#include "userspace/config/show/isakmp.h"
#include "userspace/config/show/isakmp_profile.h"
#include "userspace/config/show/pix.h"
#include "userspace/config/show/sa_count.h"
#include "userspace/config/show/sa_rows.h"
#include "userspace/config/show/system.h"

namespace spa::config {
namespace {

const policy::Snapshot& policy_of(Exec& exec) {
  return *exec.configuration().snapshot();
}

ScreenForm form_of(Exec& exec) {
  return exec.state().form;
}

// Does one of both; the data is asked for once.
template <typename Data, typename Text, typename Json>
void answer(Exec& exec, const Data& data, Text text, Json json) {
  if (exec.wants_json())
    exec.give_json(json(data));
  else
    exec.print_raw(text(data));
}

// Every IKE SA with its VRFs; with `vrf NAME` only those that are outside or inside of that one
// (R-VRF-3).
std::vector<Ikev2View> sas_of(Exec& exec, const Args& args) {
  const policy::Snapshot& policy = policy_of(exec);
  std::vector<Ikev2View> list = ikev2_view(exec.backend());
  for (Ikev2View& view : list) set_vrfs(policy, view);
  const std::string& only = args.text("vrf");
  if (!only.empty())
    std::erase_if(list, [&](const Ikev2View& view) {
      return view.front_vrf != only && view.inside_vrf != only;
    });
  return list;
}

// One of both, in pieces.
template <typename Text, typename Json>
void stream(Exec& exec, Text text, Json json) {
  exec.stream(exec.wants_json() ? json() : text());
}

SaRows rows_of(Exec& exec, const Args& args) {
  return {exec.backend(), exec.configuration().snapshot(), args.text("vrf")};
}

void ikev2_sa(Exec& exec, const Args& args) {
  const SaRows sas = rows_of(exec, args);
  stream(
      exec, [&] { return ikev2_sa_text(sas, args.has("detailed")); },
      [&] { return ikev2_json(sas); });
}

void ikev2_session(Exec& exec, const Args& args) {
  const SaRows sas = rows_of(exec, args);
  stream(
      exec, [&] { return ikev2_session_text(sas, args.has("detail"), form_of(exec)); },
      [&] { return ikev2_json(sas); });
}

void isakmp_sa(Exec& exec, const Args& args) {
  const SaRows sas = rows_of(exec, args);
  stream(
      exec,
      [&] {
        return wants_pix(exec) ? pix_isakmp_sa_text(sas)
                               : isakmp_sa_text(sas, args.has("detail"), form_of(exec));
      },
      [&] { return isakmp_sa_json(sas); });
}

void isakmp_peers(Exec& exec, const Args& args) {
  auto sas = sas_of(exec, args);
  if (const Value* peer = args.find("peer"))
    std::erase_if(sas, [&](const auto& view) { return view.sa.remote.address != peer->address; });
  answer(exec, sas, isakmp_peers_text, isakmp_peers_json);
}

void isakmp_profile(Exec& exec, const Args& args) {
  const std::string& only = args.text("profile");
  answer(
      exec, policy_of(exec), [&](const auto& policy) { return isakmp_profile_text(policy, only); },
      [&](const auto& policy) { return isakmp_profile_json(policy, only); });
}

void spi_lookup(Exec& exec, const Args& args) {
  const auto spi = static_cast<std::uint32_t>(args.number("spi"));
  answer(
      exec, sas_of(exec, args),
      [&](const auto& sas) { return spi_lookup_text(sas, spi, args.has("detail")); },
      [&](const auto& sas) { return spi_lookup_json(sas, spi); });
}

// R-SHOW-38
void add_counts(std::vector<Command>& table) {
  table.push_back({.mode = Mode::kUser,
                   .pattern = "show crypto isakmp sa count",
                   .help = "How many ISAKMP SAs there are, by their state.",
                   .run = [](Exec& exec, const Args& args) {
                     answer(exec, sas_of(exec, args), isakmp_sa_count_text, isakmp_sa_count_json);
                   }});
  table.push_back({.mode = Mode::kUser,
                   .pattern = "show crypto ipsec sa count",
                   .help = "How many IPsec SAs there are; each direction is one.",
                   .run = [](Exec& exec, const Args& args) {
                     answer(exec, sas_of(exec, args), ipsec_sa_count_text, ipsec_sa_count_json);
                   }});
  table.push_back({.mode = Mode::kUser,
                   .pattern = "show crypto ipsec spi-lookup [<spi:spi>] [detail]",
                   .help = "Which SA has an SPI.",
                   .run = spi_lookup});
}

void isakmp_policy(Exec& exec, const Args&) {
  answer(
      exec, policy_of(exec),
      [&](const auto& policy) {
        return isakmp_policy_text(policy, form_of(exec));  // R-SHOW-29
      },
      isakmp_policy_json);
}

void isakmp_default_policy(Exec& exec, const Args&) {
  answer(
      exec, policy_of(exec),
      [&](const auto& policy) { return isakmp_default_policy_text(policy, form_of(exec)); },
      isakmp_default_policy_json);
}

void isakmp_key(Exec& exec, const Args&) {
  answer(exec, policy_of(exec), isakmp_key_text, isakmp_key_json);
}

void ipsec_sa(Exec& exec, const Args& args) {
  const auto idents =
      std::make_shared<IpsecIdents>(exec.configuration().snapshot(), exec.backend());
  if (const Value* peer = args.find("peer"))
    idents->keep([&](const auto& ident) { return ident.peer == peer->address; });
  if (!args.text("map").empty())
    idents->keep([&](const auto& ident) { return ident.map->name == args.text("map"); });
  stream(
      exec, [&] { return ipsec_sa_text(idents, args.has("detail"), form_of(exec)); },
      [&] { return ipsec_sa_json(idents); });
}

void crypto_map(Exec& exec, const Args& args) {
  const std::string& map = args.text("map");
  answer(
      exec, policy_of(exec),
      [&](const auto& policy) {
        return wants_pix(exec)
                   ? pix_crypto_map_text(policy, map, ipsec_view(policy, exec.backend()))
                   : crypto_map_text(policy, map, form_of(exec));
      },
      [&](const auto& policy) { return crypto_map_json(policy, map); });
}

void crypto_session(Exec& exec, const Args& args) {
  const policy::SnapshotPtr policy = exec.configuration().snapshot();
  stream(
      exec,
      [&] {
        return crypto_session_text(exec.backend(), policy, args.has("detail"), form_of(exec));
      },
      [&] { return crypto_session_json(exec.backend(), policy); });
}

void engine_connections(Exec& exec, const Args&) {
  const auto engines = exec.backend().engines();
  answer(
      exec, ikev2_view(exec.backend()),
      [&](const auto& sas) {
        return engine_connections_text(policy_of(exec), sas, engines, form_of(exec));
      },
      [&](const auto& sas) { return engine_connections_json(policy_of(exec), sas, engines); });
}

EngineInventory inventory(Exec& exec) {
  return {exec.backend().accelerators(), exec.backend().engines()};
}

void eli(Exec& exec, const Args& args) {
  const std::size_t ike_sas = exec.backend().ike_sas().size();
  answer(
      exec, inventory(exec),
      [&](const auto& all) { return eli_text(all, ike_sas, args.has("all")); },
      [&](const auto& all) { return accelerators_json(all, ike_sas); });
}

// R-SHOW-31, a screen that only a PIX has.
void engine(Exec& exec, const Args&) {
  answer(
      exec, inventory(exec),
      [&](const auto& all) { return pix_engine_text(all, exec.backend().ike_sas()); },
      [&](const auto& all) { return accelerators_json(all, exec.backend().ike_sas().size()); });
}

void engine_brief(Exec& exec, const Args&) {
  answer(exec, inventory(exec), engine_brief_text,
         [&](const auto& all) { return accelerators_json(all, exec.backend().ike_sas().size()); });
}

void accelerator_statistic(Exec& exec, const Args&) {
  answer(exec, inventory(exec), accelerator_statistic_text,
         [&](const auto& all) { return accelerators_json(all, exec.backend().ike_sas().size()); });
}

void call_admission(Exec& exec, bool crypto) {
  const policy::CallAdmissionLimits& limits = policy_of(exec).call_admission;
  answer(
      exec, exec.backend().call_admission(),
      [&](const auto& counts) {
        return crypto ? crypto_call_admission_text(counts, limits, form_of(exec))
                      : call_admission_text(counts, limits, form_of(exec));
      },
      [&](const auto& counts) { return call_admission_json(counts, limits); });
}

void add_call_admission(std::vector<Command>& table) {
  table.push_back({.mode = Mode::kUser,
                   .pattern = "show call admission statistics",
                   .help = "How busy this machine is, and what was refused (R-SHOW-15).",
                   .run = [](Exec& e, const Args&) { call_admission(e, false); }});
  table.push_back({.mode = Mode::kUser,
                   .pattern = "show crypto call admission statistics",
                   .help = "IKE SAs and requests for them, accepted and refused (R-SHOW-16).",
                   .run = [](Exec& e, const Args&) { call_admission(e, true); }});
}

void ike_counters(Exec& exec, const Args&) {
  answer(exec, exec.backend().ike_counters(), ike_counters_text, ike_counters_json);
}

void add_crypto(std::vector<Command>& table) {
  constexpr Mode kMode = Mode::kUser;
  table.push_back({.mode = kMode,
                   .pattern = "show crypto counters",
                   .help = "What became of IKE's messages and negotiations, since the start.",
                   .run = ike_counters});
  table.push_back({.mode = kMode,
                   .pattern = "show crypto ikev2 sa [detailed]",
                   .help = "IKE SAs.",
                   .run = ikev2_sa});
  table.push_back({.mode = kMode,
                   .pattern = "show crypto ikev2 session [detail~detailed]",
                   .help = "IKE SAs with the IPsec SAs they made (R-SHOW-18).",
                   .run = ikev2_session});
  table.push_back({.mode = kMode,
                   .pattern = "show crypto isakmp sa [detail] [vrf <vrf:word>]",
                   .help = "ISAKMP SAs of IKEv1 (R-SHOW-3, 5); of one VRF.",
                   .run = isakmp_sa});
  table.push_back({.mode = kMode,
                   .pattern = "show crypto isakmp peers [<peer:ip>]",
                   .help = "Peers of IKEv1 and who they proved to be (R-SHOW-17).",
                   .run = isakmp_peers});
  table.push_back({.mode = kMode,
                   .pattern = "show crypto isakmp policy",
                   .help = "What IKEv1 negotiates, in order (R-SHOW-1).",
                   .run = isakmp_policy});
  table.push_back({.mode = kMode,
                   .pattern = "show crypto isakmp default policy",
                   .help = "What IKEv1 negotiates last (R-SHOW-2).",
                   .run = isakmp_default_policy});
  table.push_back({.mode = kMode,
                   .pattern = "show crypto isakmp profile [<profile:word>]",
                   .help = "Which peers a profile is for, and what it gives them (R-SHOW-23).",
                   .run = isakmp_profile});
  // The same in the words of a PIX.
  table.push_back({.mode = kMode,
                   .pattern = "show isakmp sa",
                   .help = "ISAKMP SAs, in the words of a PIX (R-SHOW-27).",
                   .run = isakmp_sa});
  table.push_back({.mode = kMode,
                   .pattern = "show isakmp policy",
                   .help = "What IKE negotiates, in the words of a PIX (R-SHOW-29).",
                   .run = isakmp_policy});
  table.push_back({.mode = Mode::kPrivileged,
                   .pattern = "show crypto isakmp key",
                   .help = "Pre-shared keys of IKEv1 (R-SHOW-22).",
                   .run = isakmp_key});
  table.push_back({.mode = kMode,
                   .pattern = "show crypto ipsec sa [map <map:word>|peer <peer:ip>] [detail]",
                   .help = "IPsec SAs and their counters (R-SHOW-37).",
                   .run = ipsec_sa});
  table.push_back({.mode = kMode,
                   .pattern = "show crypto map [tag <map:word>]",
                   .help = "Crypto maps and where they are bound (R-SHOW-9).",
                   .run = crypto_map});
  table.push_back({.mode = kMode,
                   .pattern = "show crypto session [detail]",
                   .help = "Peers and what is protected with them (R-SHOW-35).",
                   .run = crypto_session});
  table.push_back({.mode = kMode,
                   .pattern = "show crypto engine connections active",
                   .help = "Which engine does what (R-SHOW-10).",
                   .run = engine_connections});
  table.push_back({.mode = kMode,
                   .pattern = "show crypto eli [all]",
                   .help = "Accelerators, what they can and how full they are (R-SHOW-25).",
                   .run = eli});
  table.push_back({.mode = kMode,
                   .pattern = "show crypto engine",
                   .help = "How many connections there are, as a PIX counts them (R-SHOW-31).",
                   .run = engine});
  table.push_back({.mode = kMode,
                   .pattern = "show crypto engine (brief|configuration)",
                   .help = "The engines, one block each (R-SHOW-40).",
                   .run = engine_brief});
  table.push_back({.mode = kMode,
                   .pattern = "show crypto engine accelerator statistic",
                   .help = "What the accelerators counted (R-SHOW-26).",
                   .run = accelerator_statistic});
}

void running_config(Exec& exec, const Args&) {
  const std::string text = exec.configuration().running_config();
  if (exec.wants_json()) return exec.give_json(configuration_json(text));
  if (exec.configuration().tree().dialect() == Dialect::kPix) {
    exec.print("Building configuration...");
    exec.print_raw(text);
    return exec.print("[OK]");
  }
  exec.print("Building configuration...");
  if (const std::string note = exec.configuration().generation_note(); !note.empty())
    exec.print(note);
  exec.print("");
  // R-SHOW-21
  exec.print("Current configuration : " + std::to_string(text.size()) + " bytes");
  exec.print_raw(text);
}

void startup_config(Exec& exec, const Args&) {
  const auto text = exec.configuration().startup_config();
  const bool none = !text && text.error().code == Errc::kNotFound;
  if (exec.wants_json() && (text || none))
    return exec.give_json(configuration_json(text ? *text : std::string()));
  if (none) return exec.print("startup-config is not present");
  if (!text) return exec.refuse(text.error().text);
  exec.print("Using " + std::to_string(text->size()) + " bytes");
  exec.print_raw(*text);
}

void add_system(std::vector<Command>& table) {
  for (const char* pattern : {"show running-config", "write terminal"})
    table.push_back({.mode = Mode::kPrivileged,
                     .pattern = pattern,
                     .help = "The configuration in force, as commands (R-SHOW-21).",
                     .run = running_config});
  table.push_back({.mode = Mode::kPrivileged,
                   .pattern = "show startup-config",
                   .help = "The saved configuration.",
                   .run = startup_config});
  table.push_back({.mode = Mode::kUser,
                   .pattern = "show version",
                   .help = "What runs here, and since when.",
                   .run = [](Exec& exec, const Args&) {
                     const std::string& hostname = policy_of(exec).hostname;
                     answer(
                         exec, exec.backend().system(),
                         [&](const auto& info) { return version_text(info, hostname); },
                         [&](const auto& info) { return version_json(info, hostname); });
                   }});
  table.push_back({.mode = Mode::kUser,
                   .pattern = "show clock",
                   .help = "The time of day (R-SHOW-19).",
                   .run = [](Exec& exec, const Args&) {
                     const bool synchronised = exec.backend().system().clock_synchronised;
                     answer(
                         exec, exec.backend().now(),
                         [&](WallTime now) {
                           return wants_pix(exec)
                                      ? pix_time_text(now)
                                      : time_text(now, synchronised, policy_of(exec).time_zone);
                         },
                         [&](WallTime now) { return time_json(now, synchronised); });
                   }});
  table.push_back({.mode = Mode::kUser,
                   .pattern = "show logging",
                   .help = "The last lines of the log.",
                   .run = [](Exec& exec, const Args&) {
                     const LoggingSettings settings = logging_of(exec.configuration().tree());
                     answer(
                         exec, exec.backend().log(),
                         [&](const auto& lines) { return log_lines_text(lines, settings); },
                         [&](const auto& lines) { return log_lines_json(lines, settings); });
                   }});
}

}  // namespace

void add_show_commands(std::vector<Command>& table) {
  add_crypto(table);
  add_counts(table);
  add_call_admission(table);
  add_system(table);
}

}  // namespace spa::config
