// SPDX-License-Identifier: Apache-2.0
// How the forms put what ISAKMP does in phase 2 (R-DBG-11, 25, 26, 27, 31).
#include "userspace/ikev1/trace/phase2_events.h"

namespace spa::ikev1::trace {

namespace {

const char* name_of(v1::AuthAlgorithm algorithm) {
  switch (algorithm) {
    case v1::AuthAlgorithm::kHmacMd5:
      return "HMAC-MD5";
    case v1::AuthAlgorithm::kHmacSha1:
      return "HMAC-SHA";
    case v1::AuthAlgorithm::kHmacSha256:
      return "HMAC-SHA256";
    case v1::AuthAlgorithm::kHmacSha384:
      return "HMAC-SHA384";
    case v1::AuthAlgorithm::kHmacSha512:
      return "HMAC-SHA512";
    default:
      return nullptr;
  }
}

std::string transform_name(v1::ProtocolId protocol, std::uint8_t id) {
  switch (protocol) {
    case v1::ProtocolId::kEsp:
      return v1::to_string(static_cast<v1::EspTransformId>(id));
    case v1::ProtocolId::kAh:
      return v1::to_string(static_cast<v1::AhTransformId>(id));
    case v1::ProtocolId::kIpcomp:
      return v1::to_string(static_cast<v1::IpcompTransformId>(id));
    default:
      return std::to_string(id);
  }
}

std::string duration(std::uint32_t value, bool variable, bool two_blanks) {
  if (!variable) return print("SA life duration (basic) of %u", value);
  return print("SA life duration (VPI) of %s0x%x 0x%x 0x%x 0x%x", two_blanks ? " " : "",
               value >> 24, (value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff);
}

}  // namespace

void write(Page& page, const ProposalChecked& event) {
  const std::string number = std::to_string(event.proposal);
  if (page.is_pix()) {
    page.line("ISAKMP : Checking IPSec proposal " + number);
  } else {
    page.colon((page.is_new() ? "Checking IPsec proposal " : "Checking IPSec proposal ") + number);
  }
  const v1::Phase2Transform& t = event.offered;
  page.plain(print("transform %u, ", event.transform) + transform_name(event.protocol, t.id));
  page.plain("  attributes in transform:");
  const auto attribute = [&](const std::string& text) {
    page.plain((page.is_new() ? "    " : "     ") + text);
  };
  if (t.encapsulation) {
    const std::string mode = page.is_new() ? " (" + v1::to_string(*t.encapsulation) + ")" : "";
    attribute(print("encaps is %u", static_cast<unsigned>(*t.encapsulation)) + mode);
  }
  const bool two_blanks = page.form() == DebugForm::kC;
  if (t.life.seconds) {
    attribute("SA life type in seconds");
    attribute(duration(*t.life.seconds, event.variable_seconds, two_blanks));
  }
  if (t.life.kilobytes) {
    attribute("SA life type in kilobytes");
    attribute(duration(*t.life.kilobytes, event.variable_kilobytes, two_blanks));
  }
  const char* authenticator = name_of(t.auth);
  if (authenticator != nullptr) attribute(std::string("authenticator is ") + authenticator);
  if (t.key_length != 0) attribute(print("key length is %u", unsigned{t.key_length}));
  if (t.group != wire::DhId::kNone) {
    attribute(print("group is %u", static_cast<unsigned>(t.group)));
  }
}

namespace {

void write_newer(Page& page, const PairMade& event) {
  const auto half = [&](bool in) {
    const IpAddress& from = in ? event.remote : event.local;
    const IpAddress& to = in ? event.local : event.remote;
    page.line(std::string("        ") + (in ? "inbound" : "outbound") + " SA from " +
              from.to_string() + " to " + to.to_string() +
              print(" (f/i) %s%zu/%zu", in ? " " : "", event.front_vrf, event.inside_vrf));
    page.more("        (proxy " + (in ? event.remote_proxy : event.local_proxy) + " to " +
              (in ? event.local_proxy : event.remote_proxy) + ")");
    // The data plane has not numbered it yet.
    page.line(print("        has spi %s0x%X and conn_id 0", in ? "" : " ",
                    in ? event.spi_in : event.spi_out));
    page.line(print("        lifetime of %u seconds", event.seconds));
    page.line("        lifetime of " + std::to_string(event.kilobytes) + " kilobytes");
  };
  page.colon(" Creating IPsec SAs");
  half(true);
  half(false);
  page.plain("Failed to find peer index node to update peer_info_list");
}

void write_older(Page& page, const PairMade& event) {
  page.colon(page.is_pix() ? "Creating IPsec SAs" : "Creating IPSec SAs");
  const auto half = [&](bool in) {
    const IpAddress& from = in ? event.remote : event.local;
    const IpAddress& to = in ? event.local : event.remote;
    const std::string proxy = "(proxy " + (in ? event.remote_proxy : event.local_proxy) + " to " +
                              (in ? event.local_proxy : event.remote_proxy) + ")";
    std::string head = std::string("        ") + (in ? "inbound" : "outbound") + " SA from " +
                       from.to_string() + " to " + to.to_string();
    // One line on the firewall, and for what the router sends (R-DBG-25).
    if (page.is_pix() || !in) {
      page.line(head + " " + proxy);
    } else {
      page.line(std::move(head));
      page.more("        " + proxy);
    }
    // R-DBG-26
    const std::uint32_t spi = in ? event.spi_in : event.spi_out;
    const std::string number = in && !page.is_pix() ? print("0x%X", spi) : std::to_string(spi);
    page.line("        has spi " + number +
              print(" and conn_id %u and flags %s", in ? event.connection_in : event.connection_out,
                    in || page.is_pix() ? "4" : "C"));
    page.line(print("        lifetime of %u seconds", event.seconds));
    page.line("        lifetime of " + std::to_string(event.kilobytes) + " kilobytes");
  };
  half(true);
  half(false);
}

}  // namespace

void write(Page& page, const PairMade& event) {
  if (page.is_new() && !event.installed) return write_newer(page, event);
  if (!page.is_new() && event.installed) return write_older(page, event);
}

}  // namespace spa::ikev1::trace
