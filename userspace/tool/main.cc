// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "userspace/tool/check.h"
#include "userspace/tool/client.h"
#include "userspace/tool/import.h"
#include "userspace/tool/options.h"
#include "userspace/tool/run.h"

namespace {

using namespace spa::tool;

int paste(Client& client, const Options& options) {
  const Streams streams{std::cout, std::cerr};
  if (options.file == "-") return run_paste(client, std::cin, "-", options.json, streams);
  std::ifstream file(options.file);
  if (!file) {
    std::cerr << "ipsec-tool: cannot read " << options.file << "\n";
    return kUnreachable;
  }
  return run_paste(client, file, options.file, options.json, streams);
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = read_options(argc, argv, std::getenv(spa::control::kSocketVariable));
  if (!options) {
    std::cerr << "ipsec-tool: " << options.error().text << "\n" << usage();
    return kUnreachable;
  }
  if (options->what == Options::What::kHelp) {
    std::cout << usage();
    return kDone;
  }
  if (options->what == Options::What::kVersion) {
    std::cout << "ipsec-tool " SPA_VERSION "\n";
    return kDone;
  }
  if (options->what == Options::What::kImportPix)
    return run_import_pix(options->file, options->output, {std::cout, std::cerr});
  if (options->what == Options::What::kCheck)
    return run_check({options->files, options->json, options->strict}, std::cin,
                     std::chrono::floor<spa::Duration>(std::chrono::system_clock::now()),
                     {std::cout, std::cerr});
  auto client = Client::connect(options->socket);
  if (!client) {
    std::cerr << "ipsec-tool: " << client.error().text << "\n";
    return kUnreachable;
  }
  if (options->what == Options::What::kPlan)
    return run_plan(**client, options->files.front(), std::cin, options->json,
                    {std::cout, std::cerr});
  StandardInput answers;
  if (options->what == Options::What::kComplete)
    return run_completion(**client, options->command, {std::cout, std::cerr});
  if (!options->file.empty()) return paste(**client, *options);
  if (!options->command.empty())
    return run_command(**client, options->command, options->json, {std::cout, std::cerr}, answers);
  if (::isatty(STDIN_FILENO) != 0) return run_prompt(**client);
  return run_paste(**client, std::cin, "-", options->json, {std::cout, std::cerr});
}
