// SPDX-License-Identifier: Apache-2.0
#include "userspace/pki/certificate_map.h"

#include <strings.h>

#include <algorithm>
#include <cctype>
#include <sstream>

namespace spa::pki {

namespace {

// Lower case, and no blanks around the signs that part a name (R-CMAP-5).
std::string normalized(std::string_view text) {
  std::string result;
  bool blank = false;
  for (const unsigned char c : text) {
    if (std::isspace(c)) {
      blank = true;
      continue;
    }
    const bool sign = c == '=' || c == ',';
    const bool after_sign = !result.empty() && (result.back() == '=' || result.back() == ',');
    if (blank && !result.empty() && !sign && !after_sign) result += ' ';
    blank = false;
    result += static_cast<char>(std::tolower(c));
  }
  return result;
}

std::string alternative_names(const Certificate& certificate) {
  std::string text;
  for (const policy::Identity& name : certificate.names()) {
    if (!text.empty()) text += ',';
    text += name.to_string();
  }
  return text;
}

// Attributes that PKCS#9 calls unstructured: name and address.
std::string unstructured_names(const Certificate& certificate) {
  std::string text;
  for (const auto& [attribute, value] : certificate.subject_attributes()) {
    if (attribute != "hostname" && attribute != "ipaddress") continue;
    if (!text.empty()) text += ',';
    text += value;
  }
  return text;
}

std::optional<std::string> field_text(const Certificate& certificate, const std::string& field) {
  if (field == "subject-name") return certificate.subject();
  if (field == "issuer-name") return certificate.issuer();
  if (field == "alt-subject-name") return alternative_names(certificate);
  if (field == "unstructured-subject-name") return unstructured_names(certificate);
  if (field == "name") return certificate.subject() + "," + certificate.issuer();
  if (field == "serial-number") return to_hex(certificate.serial());
  return {};
}

bool date_holds(const policy::CertificateCriterion& criterion, WallTime date) {
  const auto limit = parse_map_date(criterion.value);
  if (!limit) return false;
  if (criterion.operation == "lt") return date < *limit;
  if (criterion.operation == "ge") return date >= *limit;
  if (criterion.operation == "eq") return date == *limit;
  if (criterion.operation == "ne") return date != *limit;
  return false;
}

bool holds(const policy::CertificateCriterion& criterion, const Certificate& certificate) {
  if (criterion.field == "valid-start") return date_holds(criterion, certificate.not_before());
  if (criterion.field == "expires-on") return date_holds(criterion, certificate.not_after());
  const auto field = field_text(certificate, criterion.field);
  if (!field) return false;
  const std::string have = normalized(*field);
  const std::string want = normalized(criterion.value);
  if (criterion.operation == "co") return have.find(want) != std::string::npos;
  if (criterion.operation == "nc") return have.find(want) == std::string::npos;
  if (criterion.operation == "eq") return have == want;
  if (criterion.operation == "ne") return have != want;
  return false;
}

std::optional<unsigned> month_number(const std::string& word) {
  static constexpr const char* kMonths[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                            "jul", "aug", "sep", "oct", "nov", "dec"};
  for (unsigned i = 0; i < 12; ++i) {
    if (word.size() >= 3 && strncasecmp(word.c_str(), kMonths[i], 3) == 0) return i + 1;
  }
  return {};
}

}  // namespace

std::optional<WallTime> parse_map_date(std::string_view text) {
  std::istringstream stream{std::string(text)};
  std::string first, second;
  unsigned year = 0, hour = 0, minute = 0, second_of_minute = 0;
  char colon1 = 0, colon2 = 0;
  stream >> first >> second >> year >> hour >> colon1 >> minute >> colon2 >> second_of_minute;
  if (!stream || colon1 != ':' || colon2 != ':' || hour > 23 || minute > 59 ||
      second_of_minute > 59) {
    return {};
  }
  std::string rest;
  if (stream >> rest) return {};
  auto month = month_number(first);
  std::string day_word = second;
  if (!month) {
    month = month_number(second);
    day_word = first;
  }
  const bool digits = !day_word.empty() && day_word.size() <= 2 &&
                      std::all_of(day_word.begin(), day_word.end(),
                                  [](unsigned char c) { return std::isdigit(c) != 0; });
  if (!month || !digits) return {};
  const std::chrono::year_month_day date{
      std::chrono::year(static_cast<int>(year)), std::chrono::month(*month),
      std::chrono::day(static_cast<unsigned>(std::stoi(day_word)))};
  if (!date.ok()) return {};
  return WallTime(std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(hour) +
                  std::chrono::minutes(minute) + std::chrono::seconds(second_of_minute));
}

bool map_matches(const std::vector<policy::CertificateMapEntry>& entries, std::string_view label,
                 const Certificate& certificate) {
  return std::any_of(entries.begin(), entries.end(), [&](const policy::CertificateMapEntry& entry) {
    return entry.label == label && !entry.criteria.empty() &&
           std::all_of(entry.criteria.begin(), entry.criteria.end(),
                       [&](const auto& criterion) { return holds(criterion, certificate); });
  });
}

}  // namespace spa::pki
