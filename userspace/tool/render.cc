// SPDX-License-Identifier: Apache-2.0
#include "userspace/tool/render.h"

#include <boost/json.hpp>

namespace spa::tool {
namespace {

namespace json = boost::json;

// Tabs stay tabs, so that the caret stands under its octet on every terminal.
std::string caret_line(std::size_t indent, std::string_view line, std::size_t column) {
  std::string out(indent, ' ');
  for (std::size_t i = 0; i < column && i < line.size(); ++i) {
    const bool continuation = (static_cast<unsigned char>(line[i]) & 0xc0) == 0x80;
    if (!continuation) out += line[i] == '\t' ? '\t' : ' ';
  }
  return out + "^\n";
}

void indented(const json::value& value, std::size_t depth, std::string& out) {
  const std::string pad((depth + 1) * 2, ' ');
  if (const json::object* object = value.if_object(); object != nullptr && !object->empty()) {
    out += "{\n";
    bool first = true;
    for (const auto& [key, item] : *object) {
      if (!first) out += ",\n";
      first = false;
      out += pad + json::serialize(key) + ": ";
      indented(item, depth + 1, out);
    }
    out += "\n" + std::string(depth * 2, ' ') + "}";
  } else if (const json::array* array = value.if_array(); array != nullptr && !array->empty()) {
    out += "[\n";
    bool first = true;
    for (const json::value& item : *array) {
      if (!first) out += ",\n";
      first = false;
      out += pad;
      indented(item, depth + 1, out);
    }
    out += "\n" + std::string(depth * 2, ' ') + "]";
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

std::string render_rejection(const control::Rejection& rejection, std::string_view lead,
                             std::string_view line) {
  std::string out = std::string(lead) + std::string(line) + "\n";
  if (rejection.column) out += caret_line(lead.size(), line, *rejection.column);
  return out + rejection.text + "\n";
}

std::string render_rejection_at_prompt(const control::Rejection& rejection, std::string_view prompt,
                                       std::string_view line) {
  std::string out;
  if (rejection.column) out += caret_line(prompt.size(), line, *rejection.column);
  return out + rejection.text + "\n";
}

std::string render_json(const control::Response& response) {
  boost::system::error_code error;
  json::value value = json::parse(response.data, error);
  if (response.data.empty() || error) value = json::object{{"text", response.text}};
  std::string out;
  indented(value, 0, out);
  return out + "\n";
}

}  // namespace spa::tool
