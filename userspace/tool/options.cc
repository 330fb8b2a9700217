// SPDX-License-Identifier: Apache-2.0
#include "userspace/tool/options.h"

#include <getopt.h>

#include "userspace/control/protocol.h"

namespace spa::tool {

namespace {

// import pix FILE [-o OUT], in any order behind "import".
Result<Options> read_import(int argc, char** argv, int at, Options options) {
  constexpr const char* kUsage = "import pix FILE [-o OUT]";
  if (at >= argc || std::string_view(argv[at]) != "pix")
    return fail(Errc::kInvalid,
                std::string("only a PIX's configuration can be imported: ") + kUsage);
  if (!options.file.empty() || options.json)
    return fail(Errc::kInvalid,
                std::string("an import takes no --file and no --format: ") + kUsage);
  options.what = Options::What::kImportPix;
  for (int i = at + 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const bool output = word == "-o" || word == "--output";
    if (output && i + 1 < argc && options.output.empty()) {
      options.output = argv[++i];
    } else if (!output && options.file.empty() && (word == "-" || !word.starts_with('-'))) {
      options.file = word;
    } else {
      return fail(Errc::kInvalid, "not understood: " + std::string(word) + "; " + kUsage);
    }
  }
  if (options.file.empty()) return fail(Errc::kInvalid, std::string("which file? ") + kUsage);
  return options;
}

// What follows `check` and `plan`, which are the tool's own words: options and files.
Status read_files(Options& options, int argc, char** argv) {
  const std::string word = argv[optind];
  options.what = word == "check" ? Options::What::kCheck : Options::What::kPlan;
  for (int i = optind + 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--strict" && options.what == Options::What::kCheck) {
      options.strict = true;
    } else if (argument == "--format" && i + 1 < argc &&
               (std::string_view(argv[i + 1]) == "json" ||
                std::string_view(argv[i + 1]) == "text")) {
      options.json = std::string_view(argv[++i]) == "json";
    } else if (argument.size() > 1 && argument.front() == '-') {
      return fail(Errc::kInvalid, "unknown option or missing value: " + std::string(argument));
    } else {
      options.files.emplace_back(argument);
    }
  }
  if (options.files.empty()) return fail(Errc::kInvalid, word + " needs a file");
  if (options.what == Options::What::kPlan && options.files.size() > 1)
    return fail(Errc::kInvalid, "plan takes one file");
  if (!options.file.empty()) return fail(Errc::kInvalid, "give -f or " + word + ", not both");
  return {};
}

}  // namespace

Result<Options> read_options(int argc, char** argv, const char* socket_variable) {
  static const option kLong[] = {{"control", required_argument, nullptr, 'c'},
                                 {"format", required_argument, nullptr, 'o'},
                                 {"file", required_argument, nullptr, 'f'},
                                 {"complete", required_argument, nullptr, 'C'},
                                 {"help", no_argument, nullptr, 'h'},
                                 {"version", no_argument, nullptr, 'V'},
                                 {nullptr, 0, nullptr, 0}};
  Options options;
  options.socket = socket_variable != nullptr && *socket_variable != '\0' ? socket_variable
                                                                          : control::kDefaultSocket;
  optind = 0;  // start anew: tests call this more than once
  opterr = 0;
  for (;;) {
    // '+': what follows the first word belongs to the router's command.
    const int found = getopt_long(argc, argv, "+c:f:hV", kLong, nullptr);
    if (found == -1) break;
    switch (found) {
      case 'c':
        options.socket = optarg;
        break;
      case 'f':
        options.file = optarg;
        break;
      case 'o':
        if (std::string_view(optarg) != "text" && std::string_view(optarg) != "json")
          return fail(Errc::kInvalid, "--format is text or json");
        options.json = std::string_view(optarg) == "json";
        break;
      case 'C':  // for the shell's completion
        options.what = Options::What::kComplete;
        options.command = optarg;
        break;
      case 'h':
        options.what = Options::What::kHelp;
        break;
      case 'V':
        options.what = Options::What::kVersion;
        break;
      default:
        return fail(Errc::kInvalid, std::string("unknown option or missing value: ") +
                                        argv[optind > 0 ? optind - 1 : 0]);
    }
  }
  if (options.what == Options::What::kRun && optind < argc &&
      std::string_view(argv[optind]) == "import")
    return read_import(argc, argv, optind + 1, std::move(options));
  const bool own =
      options.what == Options::What::kRun && optind < argc &&
      (std::string_view(argv[optind]) == "check" || std::string_view(argv[optind]) == "plan");
  if (own) {
    if (auto read = read_files(options, argc, argv); !read) return tl::unexpected(read.error());
    return options;
  }
  for (int i = optind; i < argc; ++i) {
    if (!options.command.empty()) options.command += ' ';
    options.command += argv[i];
  }
  if (!options.file.empty() && !options.command.empty())
    return fail(Errc::kInvalid, "give a file or a command, not both");
  return options;
}

std::string usage() {
  return "Usage: ipsec-tool [OPTION]... [COMMAND...]\n"
         "       ipsec-tool import pix FILE [-o OUT]\n"
         "       ipsec-tool check [--strict] [--format FORMAT] FILE...\n"
         "       ipsec-tool [OPTION]... plan FILE\n"
         "The command line of the IPsec router. COMMAND is one line as it would be typed at the\n"
         "router's prompt; without one there is a prompt (or the lines of standard input are "
         "run).\n"
         "check looks configurations over without a daemon; several files are compared with each\n"
         "other. plan tells what 'configure replace FILE' would change, and which SAs would drop.\n"
         "\n"
         "  -c, --control SOCKET   where the daemon listens; $SPA_CONTROL, else " +
         std::string(control::kDefaultSocket) +
         "\n"
         "      --format FORMAT    text (default) or json, for commands that show something\n"
         "  -f, --file FILE        paste FILE: a configuration, or commands; - is standard input\n"
         "      --strict           warnings of a check count\n"
         "  -h, --help             this text\n"
         "  -V, --version          the version\n"
         "\n"
         "import pix prints what the configuration of a PIX in FILE means in the router's "
         "language, or\n"
         "writes it to OUT (mode 0600), and tells on standard error which lines have no "
         "counterpart.\n"
         "It needs no daemon.\n"
         "\n"
         "Exit status: 0 done, 1 a line was rejected, 2 no daemon or wrong usage.\n"
         "Of check: 0 no errors, 1 warnings with --strict, 2 errors.\n";
}

}  // namespace spa::tool
