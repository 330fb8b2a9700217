// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/show/call_admission.h"

#include "userspace/config/show/json.h"
#include "userspace/config/show/text.h"

namespace spa::config {

std::string call_admission_text(const ike::CallAdmissionCounts& counts,
                                const policy::CallAdmissionLimits& limits) {
  Screen screen;
  screen.line("Total Call admission charges: %u, limit %u", counts.charge, limits.resources);
  screen.line("Total calls rejected %llu, accepted %llu", n(counts.rejected()),
              n(counts.accepted()));
  // Unscaled: percent.
  screen.line("Load metric: charge %u, unscaled %u", counts.charge, counts.charge / 1000);
  return screen.take();
}

std::string crypto_call_admission_text(const ike::CallAdmissionCounts& counts,
                                       const policy::CallAdmissionLimits& limits) {
  const std::string rule(69, '-');
  Screen screen;
  const auto row = [&screen](const char* what, std::uint64_t sum, const char* first,
                             std::uint64_t a, const char* second, std::uint64_t b) {
    screen.line("%-29s %llu %-16s %llu %-16s %llu", what, n(sum), first, n(a), second, n(b));
  };
  screen.line("%s", c(rule));
  screen.line("%15sCrypto Call Admission Control Statistics", "");
  screen.line("%s", c(rule));
  screen.line("%-29s %u %-16s %u", "System Resource Limit:", limits.resources,
              "Max IKE SAs:", limits.ike_sas);
  row("Total IKE SA Count:", std::uint64_t{counts.active} + counts.negotiating,
      "active:", counts.active, "negotiating:", counts.negotiating);
  row("Incoming IKE Requests:", counts.incoming_accepted + counts.incoming_rejected,
      "accepted:", counts.incoming_accepted, "rejected:", counts.incoming_rejected);
  row("Outgoing IKE Requests:", counts.outgoing_accepted + counts.outgoing_rejected,
      "accepted:", counts.outgoing_accepted, "rejected:", counts.outgoing_rejected);
  row("Rejected IKE Requests:", counts.rejected(), "rsrc low:", counts.rejected_resources,
      "SA limit:", counts.rejected_limit);
  return screen.take();
}

std::string call_admission_json(const ike::CallAdmissionCounts& counts,
                                const policy::CallAdmissionLimits& limits) {
  const json::object incoming{{"accepted", counts.incoming_accepted},
                              {"rejected", counts.incoming_rejected}};
  const json::object outgoing{{"accepted", counts.outgoing_accepted},
                              {"rejected", counts.outgoing_rejected}};
  return json::serialize(json::object{
      {"limits",
       {{"resources", limits.resources},
        {"ike_sas", limits.ike_sas},
        {"in_negotiation", limits.in_negotiation}}},
      {"charge", counts.charge},
      {"ike_sas", {{"active", counts.active}, {"negotiating", counts.negotiating}}},
      {"incoming", incoming},
      {"outgoing", outgoing},
      {"rejected",
       {{"resources_low", counts.rejected_resources}, {"sa_limit", counts.rejected_limit}}}});
}

}  // namespace spa::config
