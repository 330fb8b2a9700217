// SPDX-License-Identifier: Apache-2.0
// call admission … and crypto call admission … (R-CAC).
#include "userspace/config/exec.h"
#include "userspace/config/grammar/command.h"
#include "userspace/config/tree.h"

namespace spa::config {

void add_call_admission_commands(std::vector<Command>& table) {
  table.push_back({.pattern = "call admission limit <charge:1-100000>",
                   .help = "How busy this machine may be, in thousandths of a percent of its "
                           "processors or memory, for IKE SAs to be begun (R-CAC-6).",
                   .apply = [](Build& b, const Args& a) -> Status {
                     b.snapshot.call_admission.resources =
                         static_cast<std::uint32_t>(a.number("charge"));
                     return {};
                   },
                   .section = Section::kGeneral});
  table.push_back({.pattern = "crypto call admission limit ike sa <sas:0-99999>",
                   .help = "So many IKE SAs, in use or in negotiation, and no more are begun; 0 is "
                           "no limit (R-CAC-2).",
                   .apply = [](Build& b, const Args& a) -> Status {
                     b.snapshot.call_admission.ike_sas =
                         static_cast<std::uint32_t>(a.number("sas"));
                     return {};
                   },
                   .section = Section::kIsakmpGlobal});
  table.push_back({.pattern = "crypto call admission limit ike in-negotiation-sa <sas:10-99999>",
                   .help = "So many IKE SAs in negotiation, and no more are begun (R-CAC-3).",
                   .apply = [](Build& b, const Args& a) -> Status {
                     b.snapshot.call_admission.in_negotiation =
                         static_cast<std::uint32_t>(a.number("sas"));
                     return {};
                   },
                   .section = Section::kIsakmpGlobal});
  // Some documents type it while configuring.
  for (const Mode mode : {Mode::kPrivileged, Mode::kAnyConfig})
    table.push_back({.mode = mode,
                     .pattern = "clear crypto call admission statistics",
                     .help = "Begins the counts of IKE requests anew (R-CAC-10).",
                     .run = [](Exec& e, const Args&) { e.backend().clear_call_admission(); }});
}

}  // namespace spa::config
