// SPDX-License-Identifier: Apache-2.0
#include "userspace/tool/check.h"

#include <algorithm>
#include <boost/json.hpp>
#include <iterator>

#include "userspace/base/file.h"
#include "userspace/config/check/check.h"
#include "userspace/tool/render.h"

namespace spa::tool {
namespace {

namespace json = boost::json;
using config::check::File;
using config::check::Finding;
using config::check::Findings;
using config::check::Severity;

constexpr std::size_t kMaxFile = 64u << 20;

Result<File> read(const std::string& name, std::istream& input) {
  if (name == "-")
    return File{name, {std::istreambuf_iterator<char>(input), std::istreambuf_iterator<char>()}};
  const auto content = read_file(name, kMaxFile);
  if (!content) return tl::unexpected(content.error());
  return File{name, {content->begin(), content->end()}};
}

std::string text_of(const std::string& file, const Finding& finding) {
  const std::string lead = file + ":" + std::to_string(finding.line) + ": ";
  if (finding.kind != "refused")
    return lead + config::check::name_of(finding.severity) + ": " + finding.text + "\n";
  return render_rejection({"refused", finding.text, finding.column}, lead, finding.source);
}

json::object json_of(const std::string& file, const Finding& finding) {
  json::object out{{"file", file},
                   {"line", finding.line},
                   {"severity", config::check::name_of(finding.severity)},
                   {"kind", finding.kind},
                   {"text", finding.text}};
  if (!finding.source.empty()) out["source"] = finding.source;
  if (finding.column) out["column"] = *finding.column;
  return out;
}

int status_of(const std::vector<Findings>& all, bool strict) {
  Severity worst = Severity::kNote;
  for (const Findings& findings : all)
    for (const Finding& finding : findings) worst = std::max(worst, finding.severity);
  if (worst == Severity::kError) return kErrors;
  return worst == Severity::kWarning && strict ? kWarnings : kClean;
}

}  // namespace

int run_check(const CheckRequest& request, std::istream& input, WallTime now, Streams streams) {
  std::vector<File> files;
  for (const std::string& name : request.files) {
    auto file = read(name, input);
    if (!file) {
      streams.err << "ipsec-tool: " << file.error().text << "\n";
      return kErrors;
    }
    files.push_back(std::move(*file));
  }
  const auto found = config::check::check(files, now);
  if (!found) {
    streams.err << "ipsec-tool: " << found.error().text << "\n";
    return kErrors;
  }
  json::array list;
  for (std::size_t i = 0; i < files.size(); ++i)
    for (const Finding& finding : (*found)[i]) {
      if (request.json)
        list.push_back(json_of(files[i].name, finding));
      else
        streams.out << text_of(files[i].name, finding);
    }
  if (request.json) {
    control::Response response;
    response.data = json::serialize(list);
    streams.out << render_json(response);
  }
  return status_of(*found, request.strict);
}

}  // namespace spa::tool
