// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/output_filter.h"

#include <regex.h>

#include <array>
#include <optional>
#include <utility>

#include "userspace/config/grammar/token.h"

namespace spa::config {
namespace {

constexpr std::size_t kMaxExpression = 256;

class Expression {
 public:
  Expression() = default;
  ~Expression() {
    if (compiled_) ::regfree(&regex_);
  }
  Expression(const Expression&) = delete;
  Expression& operator=(const Expression&) = delete;

  Status compile(std::string_view text) {
    if (text.empty()) return fail(Errc::kInvalid, "A regular expression is missing.");
    if (text.size() > kMaxExpression)
      return fail(Errc::kInvalid, "The regular expression is longer than 256 characters.");
    std::string safe;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char next = i + 1 < text.size() ? text[i + 1] : '\0';
      if (text[i] == '\\' && next >= '1' && next <= '9')
        return fail(Errc::kInvalid, "A regular expression has no back references here.");
      if (text[i] == '\\' && next != '\0') {
        safe += text[i++];
      } else if (text[i] == '{') {
        safe += '\\';
      }
      safe += text[i];
    }
    if (const int code = ::regcomp(&regex_, safe.c_str(), REG_EXTENDED | REG_NOSUB); code != 0) {
      std::array<char, 128> reason{};
      ::regerror(code, &regex_, reason.data(), reason.size());
      return fail(Errc::kInvalid,
                  std::string("The regular expression cannot be read: ") + reason.data() + ".");
    }
    compiled_ = true;
    return {};
  }
  [[nodiscard]] bool fits(std::string_view line) const {
    return ::regexec(&regex_, std::string(line).c_str(), 0, nullptr, 0) == 0;
  }

 private:
  regex_t regex_{};
  bool compiled_ = false;
};

std::size_t indentation(std::string_view line) {
  const std::size_t first = line.find_first_not_of(' ');
  return first == line.npos ? line.size() : first;
}

}  // namespace

const std::vector<FilterWord>& filter_words() {
  static const std::vector<FilterWord> words = {
      {"begin", "From the first line that fits"},
      {"count", "How many lines fit"},
      {"exclude", "Lines that do not fit"},
      {"include", "Lines that fit"},
      {"section", "Lines that fit, with what is indented below them"},
  };
  return words;
}

Piped split_filter(std::string_view line) {
  const auto words = split_words(line);
  Piped piped{line, {}, line.size()};
  constexpr std::string_view kShow = "show";
  if (words.empty()) return piped;
  const bool after_do = words.front().text == "do" && words.size() > 1;
  const std::string_view verb = words[after_do ? 1 : 0].text;
  if (verb.size() < 2 || !kShow.starts_with(verb)) return piped;
  for (const Word& word : words) {
    if (word.text != "|") continue;
    piped.command = line.substr(0, word.column);
    piped.column = word.column + 1;
    const std::size_t first = line.find_first_not_of(" \t", piped.column);
    piped.column = first == line.npos ? line.size() : first;
    piped.filter = line.substr(piped.column);
    if (piped.filter.empty()) piped.filter = line.substr(word.column);
    break;
  }
  return piped;
}

struct LineFilter::Impl {
  std::string_view kind;  // of filter_words()
  Expression expression;
  std::string open;                   // a line whose end has not come
  bool begun = false;                 // begin
  std::optional<std::size_t> inside;  // section: how deep its first line is indented
  std::size_t lines = 0;              // count

  // Whether a line is shown.
  bool keeps(std::string_view line) {
    if (kind == "begin") return begun = begun || expression.fits(line);
    if (kind == "section") return in_section(line);
    if (kind == "count") {
      lines += expression.fits(line) ? 1 : 0;
      return false;
    }
    return expression.fits(line) == (kind == "include");
  }

  // A line that fits, and what is indented below it.
  bool in_section(std::string_view line) {
    const std::size_t depth = indentation(line);
    if (inside && depth > *inside) return true;
    inside.reset();
    if (!expression.fits(line)) return false;
    inside = depth;
    return true;
  }
};

LineFilter::LineFilter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LineFilter::~LineFilter() = default;

Result<std::unique_ptr<LineFilter>> LineFilter::make(std::string_view filter) {
  const std::size_t end = filter.find_first_of(" \t");
  const std::string_view typed = filter.substr(0, end);
  auto impl = std::make_unique<Impl>();
  for (const FilterWord& known : filter_words())
    if (known.word.starts_with(typed)) impl->kind = known.word;
  if (impl->kind.empty() || typed.empty())
    return fail(Errc::kInvalid, "A filter is begin, count, exclude, include or section.");
  const std::size_t first = end == filter.npos ? filter.npos : filter.find_first_not_of(" \t", end);
  const Status compiled =
      impl->expression.compile(first == filter.npos ? std::string_view() : filter.substr(first));
  if (!compiled) return tl::unexpected(compiled.error());
  return std::unique_ptr<LineFilter>(new LineFilter(std::move(impl)));
}

std::string LineFilter::take(std::string_view text) {
  std::string out;
  for (;;) {
    const std::size_t end = text.find('\n');
    if (end == text.npos) break;
    std::string_view line = text.substr(0, end);
    if (!impl_->open.empty()) line = impl_->open.append(line);
    if (impl_->keeps(line)) out.append(line).push_back('\n');
    impl_->open.clear();
    text.remove_prefix(end + 1);
  }
  impl_->open.append(text);
  return out;
}

std::string LineFilter::end() {
  std::string out;
  if (!impl_->open.empty()) out = take("\n");
  if (impl_->kind == "count")
    out += "Number of lines which match regexp = " + std::to_string(impl_->lines) + "\n";
  return out;
}

Result<std::string> filter_lines(std::string_view filter, std::string_view text) {
  auto made = LineFilter::make(filter);
  if (!made) return tl::unexpected(made.error());
  std::string out = (*made)->take(text);
  return out + (*made)->end();
}

}  // namespace spa::config
