// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/show/call_admission.h"

#include "userspace/config/show/json.h"
#include "userspace/config/show/text.h"

namespace spa::config {
namespace {

// What a line sums up, and two parts of it.
void row(Screen& screen, const char* what, std::uint64_t sum, const char* first, std::uint64_t a,
         const char* second, std::uint64_t b, int width = 29) {
  screen.line("%-*s %llu %-16s %llu %-16s %llu", width, what, n(sum), first, n(a), second, n(b));
}

// R-CAC-15
void later_lines(Screen& screen, const ike::CallAdmissionCounts& counts) {
  constexpr int kWide = 31;
  screen.line("%51s%-16s %llu", "", "In-neg SA limit:", n(counts.rejected_in_negotiation));
  screen.line("%-39s %llu", "IKE packets dropped at dispatch:", n(counts.dropped));
  screen.blank();
  screen.line("%-18s %u", "Max IPSEC SAs:", 0U);  // nothing limits them
  row(screen,
      "Total IPSEC SA Count:", std::uint64_t{counts.ipsec_active} + counts.ipsec_negotiating,
      "active:", counts.ipsec_active, "negotiating:", counts.ipsec_negotiating, kWide);
  row(screen,
      "Incoming IPSEC Requests:", counts.ipsec_incoming_accepted + counts.ipsec_incoming_rejected,
      "accepted:", counts.ipsec_incoming_accepted, "rejected:", counts.ipsec_incoming_rejected,
      kWide);
  row(screen,
      "Outgoing IPSEC Requests:", counts.ipsec_outgoing_accepted + counts.ipsec_outgoing_rejected,
      "accepted:", counts.ipsec_outgoing_accepted, "rejected:", counts.ipsec_outgoing_rejected,
      kWide);
}

}  // namespace

std::string call_admission_text(const ike::CallAdmissionCounts& counts,
                                const policy::CallAdmissionLimits& limits, ScreenForm form) {
  Screen screen;
  screen.line("Total Call admission charges: %u, limit %u", counts.charge, limits.resources);
  screen.line("Total calls rejected %llu, accepted %llu", n(counts.rejected()),
              n(counts.accepted()));
  // Unscaled: percent.
  screen.line("Load metric: charge %u, unscaled %u", counts.charge, counts.charge / 1000);
  if (form != ScreenForm::kLive) return screen.take();
  screen.line("CAC New Model (SRSM) is ACTIVE");
  screen.line("CAC statistics duration:  %llu(seconds)", n(counts.seconds));
  const bool dropping = limits.resources != 0 && counts.charge >= limits.resources;
  screen.line("Current hardware CAC status is: %s", dropping ? "Dropping" : "Not Dropping");
  return screen.take();
}

std::string crypto_call_admission_text(const ike::CallAdmissionCounts& counts,
                                       const policy::CallAdmissionLimits& limits, ScreenForm form) {
  const bool live = form == ScreenForm::kLive;
  const std::string rule(69, '-');
  Screen screen;
  screen.line("%s", c(rule));
  screen.line("%15sCrypto Call Admission Control Statistics", "");
  screen.line("%s", c(rule));
  const std::string most = live ? " Max in nego:  " + std::to_string(limits.in_negotiation) : "";
  screen.line("%-29s %u %-16s %u%s", "System Resource Limit:", limits.resources,
              "Max IKE SAs:", limits.ike_sas, c(most));
  row(screen, "Total IKE SA Count:", std::uint64_t{counts.active} + counts.negotiating,
      "active:", counts.active, "negotiating:", counts.negotiating);
  row(screen, "Incoming IKE Requests:", counts.incoming_accepted + counts.incoming_rejected,
      "accepted:", counts.incoming_accepted, "rejected:", counts.incoming_rejected);
  row(screen, "Outgoing IKE Requests:", counts.outgoing_accepted + counts.outgoing_rejected,
      "accepted:", counts.outgoing_accepted, "rejected:", counts.outgoing_rejected);
  row(screen, "Rejected IKE Requests:", counts.rejected(), "rsrc low:", counts.rejected_resources,
      live ? "Active SA limit:" : "SA limit:",
      counts.rejected_limit - (live ? counts.rejected_in_negotiation : 0));
  if (live) later_lines(screen, counts);
  return screen.take();
}

std::string call_admission_json(const ike::CallAdmissionCounts& counts,
                                const policy::CallAdmissionLimits& limits) {
  const json::object incoming{{"accepted", counts.incoming_accepted},
                              {"rejected", counts.incoming_rejected}};
  const json::object outgoing{{"accepted", counts.outgoing_accepted},
                              {"rejected", counts.outgoing_rejected}};
  return json::serialize(
      json::object{{"limits",
                    {{"resources", limits.resources},
                     {"ike_sas", limits.ike_sas},
                     {"in_negotiation", limits.in_negotiation}}},
                   {"charge", counts.charge},
                   {"ike_sas", {{"active", counts.active}, {"negotiating", counts.negotiating}}},
                   {"incoming", incoming},
                   {"outgoing", outgoing},
                   {"rejected",
                    {{"resources_low", counts.rejected_resources},
                     {"sa_limit", counts.rejected_limit},
                     {"in_negotiation_limit", counts.rejected_in_negotiation}}},
                   {"seconds", counts.seconds},
                   {"dropped", counts.dropped},
                   {"ipsec_sas",
                    {{"active", counts.ipsec_active},
                     {"negotiating", counts.ipsec_negotiating},
                     {"incoming",
                      {{"accepted", counts.ipsec_incoming_accepted},
                       {"rejected", counts.ipsec_incoming_rejected}}},
                     {"outgoing",
                      {{"accepted", counts.ipsec_outgoing_accepted},
                       {"rejected", counts.ipsec_outgoing_rejected}}}}}});
}

}  // namespace spa::config
