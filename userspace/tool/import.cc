// SPDX-License-Identifier: Apache-2.0
#include "userspace/tool/import.h"

#include <iostream>
#include <iterator>

#include "userspace/base/file.h"
#include "userspace/config/import_pix.h"
#include "userspace/tool/options.h"

namespace spa::tool {
namespace {

constexpr std::size_t kMaxFile = 64u << 20;

Result<std::string> read_all(const std::string& file) {
  if (file == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  const auto octets = read_file(file, kMaxFile);
  if (!octets) return tl::unexpected(octets.error());
  return std::string(octets->begin(), octets->end());
}

}  // namespace

int run_import_pix(const std::string& file, const std::string& output, Streams streams) {
  const auto text = read_all(file);
  if (!text) {
    streams.err << "ipsec-tool: " << file << ": " << text.error().text << "\n";
    return kUnreachable;
  }
  const config::Import import = config::import_pix(*text);
  if (output.empty()) {
    streams.out << import.configuration << std::flush;
  } else if (const Status done =
                 write_file_atomically(output, as_bytes(import.configuration), 0600);
             !done) {
    streams.err << "ipsec-tool: " << output << ": " << done.error().text << "\n";
    return kUnreachable;
  }
  int status = kDone;
  for (const config::ImportRemark& remark : import.remarks) {
    if (remark.rejected) status = kRejected;
    streams.err << file;
    if (remark.line != 0) streams.err << ":" << remark.line;
    if (!remark.source.empty()) streams.err << ": " << remark.source;
    streams.err << ": " << remark.text << "\n";
  }
  return status;
}

}  // namespace spa::tool
