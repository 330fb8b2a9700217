// SPDX-License-Identifier: Apache-2.0
// How the forms put what `debug crypto ipsec` tells (R-DBG-25, R-DBG-32). The newer releases have
// no wording of their own here.
#include "userspace/ikev1/trace/phase2_events.h"

namespace spa::ikev1::trace {

namespace {

using wire::EncrId;
using wire::IntegId;

const char* name_of(IntegId id) {
  switch (id) {
    case IntegId::kHmacMd5_96:
      return "md5-hmac";
    case IntegId::kHmacSha1_96:
      return "sha-hmac";
    case IntegId::kHmacSha256_128:
      return "sha256-hmac";
    case IntegId::kHmacSha384_192:
      return "sha384-hmac";
    case IntegId::kHmacSha512_256:
      return "sha512-hmac";
    default:
      return nullptr;
  }
}

const char* name_of(EncrId id) {
  switch (id) {
    case EncrId::kDes:
      return "esp-des";
    case EncrId::k3Des:
      return "esp-3des";
    case EncrId::kAesCbc:
      return "esp-aes";
    case EncrId::kAesCtr:
      return "esp-aes-ctr";
    case EncrId::kAesGcm8:
    case EncrId::kAesGcm12:
    case EncrId::kAesGcm16:
      return "esp-gcm";
    case EncrId::kNullAuthAesGmac:
      return "esp-gmac";
    default:
      return "esp-null";
  }
}

bool is_aes(const ports::EspSuite& suite) {
  return suite.key_bits > 128;  // other ciphers have keys of one size
}

std::string print_spi(std::uint32_t spi, DebugForm form) {
  return print(form == DebugForm::kPix ? "0x%x(%u)" : "0x%X(%u)", spi, spi);
}

// The lines that follow the head of a message of the key engine.
struct KeyMessage {
  const Protection& what;
  bool inbound = true;
  bool to_local = true;  // the firewall names destination and source
  bool source_first = false;
  policy::SaLifetime lifetime;
  std::uint32_t spi = 0;
  std::uint32_t connection = 0;
};

void write_ends(Page& page, const KeyMessage& m) {
  const Protection& w = m.what;
  if (!page.is_pix()) {
    page.more(std::string("  (key eng. msg.) ") + (m.inbound ? "INBOUND" : "OUTBOUND") +
              " local= " + w.local.to_string() + ", remote= " + w.remote.to_string() + ",");
    page.more("    local_proxy= " + print_proxy(w.local_proxy) + ",");
    page.more("    remote_proxy= " + print_proxy(w.remote_proxy) + ",");
    return;
  }
  const IpAddress& dest = m.to_local ? w.local : w.remote;
  const IpAddress& src = m.to_local ? w.remote : w.local;
  const std::string to = "dest= " + dest.to_string();
  const std::string from = "src= " + src.to_string();
  const std::string to_proxy =
      "dest_proxy= " + print_proxy(m.to_local ? w.local_proxy : w.remote_proxy);
  const std::string from_proxy =
      "src_proxy= " + print_proxy(m.to_local ? w.remote_proxy : w.local_proxy);
  const bool turned = m.source_first;
  page.more("  (key eng. msg.) " + (turned ? from : to) + ", " + (turned ? to : from) + ",");
  page.more("    " + (turned ? from_proxy : to_proxy) + ",");
  page.more("    " + (turned ? to_proxy : from_proxy) + ",");
}

void write_message(Page& page, const KeyMessage& m) {
  const ports::EspSuite& suite = m.what.suite;
  write_ends(page, m);
  page.more(std::string("    protocol= ") + (suite.has_esp() ? "ESP" : "AH") +
            ", transform= " + print_transforms(suite) + ",");
  page.more(print("    lifedur= %us and ", m.lifetime.seconds) +
            std::to_string(m.lifetime.kilobytes) + "kb,");
  page.more("    spi= " + print_spi(m.spi, page.form()) +
            print(", conn_id= %u, keysize= %u, flags= 0x%s", m.connection,
                  is_aes(suite) ? unsigned{suite.key_bits} : 0U,
                  m.inbound || page.is_pix() ? "4" : "C"));
}

void write_made(Page& page, const IpAddress& destination, const ports::EspSuite& suite,
                std::uint32_t spi, std::uint32_t connection) {
  page.line("IPSEC(create_sa): sa created,");
  page.more("  (sa) sa_dest= " + destination.to_string() +
            print(", sa_prot= %u,", suite.has_esp() ? 50U : 51U));
  page.more("    sa_spi= " + print_spi(spi, page.form()) + ",");
  page.more("    sa_trans= " + print_transforms(suite) + print(", sa_conn_id= %u", connection));
}

}  // namespace

std::string print_transforms(const ports::EspSuite& suite) {
  std::string text;
  if (suite.has_ah()) {
    const char* name = name_of(suite.ah);
    text += std::string("ah-") + (name != nullptr ? name : "hmac") + " ";
  }
  if (suite.has_esp()) {
    text += std::string(name_of(suite.cipher)) + " ";
    if (is_aes(suite)) text += std::to_string(suite.key_bits) + " ";
    const char* name = name_of(suite.integrity);
    if (name != nullptr) text += std::string("esp-") + name + " ";
  }
  if (suite.has_ipcomp()) {
    text += suite.compression == wire::IpCompId::kLzs ? "comp-lzs " : "comp-deflate ";
  }
  return text;
}

std::string print_proxy(const policy::TrafficSelector& proxy) {
  const bool host = proxy.first == proxy.last;
  const bool prefix = proxy.is_exact_prefix();
  std::string mask = proxy.last.to_string();
  if (prefix) {
    const unsigned length = proxy.covering_prefix().length;
    const std::uint32_t bits = length == 0 ? 0 : ~0U << (32 - std::min(length, 32U));
    mask = proxy.first.is_v4() ? IpAddress::v4(bits).to_string() : std::to_string(length);
  }
  const bool any_port = proxy.port_first == 0 && proxy.port_last == 65535;
  const bool v4 = proxy.first.is_v4();
  const unsigned type = host ? (v4 ? 1 : 5) : prefix ? (v4 ? 4 : 6) : (v4 ? 7 : 8);
  return proxy.first.to_string() + "/" + mask +
         print("/%u/%u (type=%u)", unsigned{proxy.protocol},
               any_port ? 0U : unsigned{proxy.port_first}, type);
}

void write(Page& page, const SpiGiven& event) {
  page.line("IPSEC(key_engine): got a queue event...");
  if (page.is_pix()) {
    page.line("IPSEC(spi_response): getting spi " + print_spi(event.spi, page.form()));
    page.more("        for SA from " + event.remote.to_string() + " to " + event.local.to_string() +
              print(" for prot %u", event.protocol));
    return;
  }
  page.line(print("IPSEC(spi_response): getting spi %u for SA", event.spi));
  page.more("        from " + event.local.to_string() + " to " + event.remote.to_string() +
            print(" for prot %u", event.protocol));
}

void write(Page& page, const ProposalValidated& event) {
  page.line("IPSEC(validate_proposal_request): proposal part #1,");
  write_message(page, {event.what, true, !event.initiator, false, {0, 0}, 0, 0});
}

void write(Page& page, const SasInitialized& event) {
  page.line("IPSEC(key_engine): got a queue event...");
  page.line("IPSEC(initialize_sas): ,");
  write_message(page,
                {event.what, true, true, false, event.lifetime, event.spi_in, event.connection_in});
  page.line("IPSEC(initialize_sas): ,");
  write_message(
      page, {event.what, false, false, true, event.lifetime, event.spi_out, event.connection_out});
  if (page.is_pix()) return;
  const Protection& w = event.what;
  write_made(page, w.local, w.suite, event.spi_in, event.connection_in);
  write_made(page, w.remote, w.suite, event.spi_out, event.connection_out);
}

void write(Page& page, const ProposalRefused& event) {
  if (!event.suite) {
    return page.line("IPSEC(validate_transform_proposal): proxy identities not supported");
  }
  page.line("IPSEC(validate_transform_proposal): transform proposal not supported for identity:");
  page.more("    {" + print_transforms(*event.suite) + "}");
}

}  // namespace spa::ikev1::trace
