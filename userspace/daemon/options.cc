// SPDX-License-Identifier: Apache-2.0
#include "userspace/daemon/options.h"

#include <boost/program_options.hpp>
#include <cstdlib>
#include <sstream>

#include "userspace/control/protocol.h"

namespace spa::daemon {

namespace po = boost::program_options;

namespace {

po::options_description description() {
  po::options_description options("Options", 100);
  options.add_options()  //
      ("config-dir", po::value<std::string>()->value_name("DIR"),
       "directory of startup-config, certificates and keys (required)")  //
      ("control", po::value<std::string>()->value_name("SOCKET"),
       "unix socket for ipsec-tool (default: $SPA_CONTROL or /run/spa-iked.sock)")  //
      ("dataplane", po::value<std::string>()->value_name("auto|kernel|soft")->default_value("auto"),
       "where ESP runs: in the kernel (offloaded to the card where there is one), in the "
       "in-process "
       "card with a TUN device, or in the kernel if it has ESP")                            //
      ("foreground", "stay in the foreground and log to standard error instead of syslog")  //
      ("help", "print this and exit")                                                       //
      ("version", "print the version and exit");
  return options;
}

Result<DataplaneChoice> dataplane_of(const std::string& word) {
  if (word == "auto") return DataplaneChoice::kAuto;
  if (word == "kernel") return DataplaneChoice::kKernel;
  if (word == "soft") return DataplaneChoice::kSoft;
  return fail(Errc::kInvalid, "--dataplane is auto, kernel or soft, not \"" + word + "\"");
}

std::string default_socket() {
  const char* named =
      std::getenv(control::kSocketVariable);  // NOLINT(concurrency-mt-unsafe): before any thread
  return named != nullptr && *named != '\0' ? named : control::kDefaultSocket;
}

}  // namespace

std::string usage() {
  std::ostringstream text;
  text << "Usage: spa-iked --config-dir DIR [OPTION...]\n"
          "Negotiates IPsec tunnels by IKE as DIR/startup-config says; ipsec-tool talks to it.\n\n"
       << description();
  return text.str();
}

Result<Options> parse_options(int argc, const char* const* argv) {
  po::variables_map values;
  try {
    po::store(po::command_line_parser(argc, argv).options(description()).positional({}).run(),
              values);
  } catch (const po::error& error) {
    return fail(Errc::kInvalid, error.what());
  }
  Options options;
  options.help = values.count("help") > 0;
  options.version = values.count("version") > 0;
  options.foreground = values.count("foreground") > 0;
  if (options.help || options.version) return options;
  if (values.count("config-dir") == 0) return fail(Errc::kInvalid, "--config-dir DIR is missing");
  options.config_dir = values["config-dir"].as<std::string>();
  options.control_socket =
      values.count("control") > 0 ? values["control"].as<std::string>() : default_socket();
  const auto dataplane = dataplane_of(values["dataplane"].as<std::string>());
  if (!dataplane) return tl::unexpected(dataplane.error());
  options.dataplane = *dataplane;
  return options;
}

}  // namespace spa::daemon
