// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/check/check.h"

#include <algorithm>
#include <memory>
#include <tuple>

#include "userspace/config/candidate.h"
#include "userspace/config/check/subject.h"

namespace spa::config::check {
namespace {

std::string without_lead(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  for (const std::string_view lead : {"% Warning: ", "% NOTE: ", "% "})
    if (text.starts_with(lead)) return text.substr(lead.size());
  return text;
}

Finding finding_of(const LoadMessage& message) {
  if (message.rejected)
    return {Severity::kError, message.line,   "refused",
            message.text,     message.source, message.column};
  const std::string text = without_lead(message.text);
  const bool idle = text.find("without effect") != text.npos;
  return {idle ? Severity::kNote : Severity::kWarning, message.line, idle ? "effect" : "warning",
          text};
}

// Said by a test of its own, which knows the whole file.
bool is_said_elsewhere(const LoadMessage& message) {
  return !message.rejected && message.text.find("is a legacy algorithm") != message.text.npos;
}

Findings findings_of(const Subject& subject) {
  Findings findings;
  find_incomplete(subject, findings);
  find_unreachable(subject, findings);
  find_missing_keys(subject, findings);
  find_weak_algorithms(subject, findings);
  find_odd_lifetimes(subject, findings);
  find_expired(subject, findings);
  find_without_effect(subject, findings);
  return findings;
}

}  // namespace

Result<std::vector<Findings>> check(const std::vector<File>& files, WallTime now) {
  std::vector<std::unique_ptr<Candidate>> candidates;
  std::vector<Subject> subjects;
  std::vector<Findings> out;
  for (const File& file : files) {
    candidates.push_back(std::make_unique<Candidate>(now));
    Candidate& candidate = *candidates.back();
    const auto messages = candidate.read(file.text);
    if (!messages) return tl::unexpected(messages.error());
    const Tree& tree = candidate.configuration().tree();
    subjects.push_back(
        {file.name, tree, tree.draft(), Places(tree), candidate.certificates(), now});
    out.push_back(findings_of(subjects.back()));
    for (const LoadMessage& message : *messages)
      if (!is_said_elsewhere(message)) out.back().push_back(finding_of(message));
  }
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    for (std::size_t j = 0; j < subjects.size(); ++j)
      if (i != j) find_unmirrored(subjects[i], subjects[j], out[i]);
    std::sort(out[i].begin(), out[i].end(), [](const Finding& a, const Finding& b) {
      return std::tie(a.line, a.kind, a.text) < std::tie(b.line, b.kind, b.text);
    });
    out[i].erase(std::unique(out[i].begin(), out[i].end()), out[i].end());
  }
  return out;
}

}  // namespace spa::config::check
