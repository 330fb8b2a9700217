// SPDX-License-Identifier: Apache-2.0
#include "userspace/control/protocol.h"

#include <array>
#include <boost/json.hpp>
#include <limits>
#include <utility>

namespace spa::control {
namespace {

namespace json = boost::json;

constexpr std::array<std::pair<RequestType, std::string_view>, 7> kRequestNames{{
    {RequestType::kPrompt, "prompt"},
    {RequestType::kExecute, "execute"},
    {RequestType::kComplete, "complete"},
    {RequestType::kHelp, "help"},
    {RequestType::kBeginBatch, "begin-batch"},
    {RequestType::kEndBatch, "end-batch"},
    {RequestType::kEnd, "end"},
}};

// JSON is UTF-8; what an operator typed need not be. Octets that are not part of a well-formed
// sequence become U+FFFD, so that one bad character never costs the whole message.
std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80                   ? 1
                               : lead >= 0xc2 && lead < 0xe0 ? 2
                               : lead >= 0xe0 && lead < 0xf0 ? 3
                               : lead >= 0xf0 && lead < 0xf5 ? 4
                                                             : 0;
    bool good = length != 0 && i + length <= text.size();
    for (std::size_t k = 1; good && k < length; ++k)
      good = (static_cast<unsigned char>(text[i + k]) & 0xc0) == 0x80;
    if (good && length > 1) {
      const auto second = static_cast<unsigned char>(text[i + 1]);
      good = !(lead == 0xe0 && second < 0xa0) && !(lead == 0xed && second >= 0xa0) &&
             !(lead == 0xf0 && second < 0x90) && !(lead == 0xf4 && second >= 0x90);
    }
    if (good) {
      out.append(text.substr(i, length));
      i += length;
    } else {
      out.append("\xef\xbf\xbd");
      ++i;
    }
  }
  return out;
}

std::string line_of(const json::object& object) {
  return json::serialize(object) + "\n";
}

Result<json::object> parse_object(std::string_view line) {
  json::parse_options options;
  options.max_depth = 64;
  boost::system::error_code error;
  json::value value = json::parse(json::string_view(line.data(), line.size()), error, {}, options);
  if (error) return fail(Errc::kInvalid, "not JSON: " + error.message());
  if (!value.is_object()) return fail(Errc::kInvalid, "not a JSON object");
  return std::move(value.as_object());
}

Status read(const json::object& object, const char* key, std::string& out) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr) return {};
  if (!value->is_string())
    return fail(Errc::kInvalid, std::string("\"") + key + "\" is not a string");
  out = std::string(value->as_string());
  return {};
}

Status read(const json::object& object, const char* key, bool& out) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr) return {};
  if (!value->is_bool())
    return fail(Errc::kInvalid, std::string("\"") + key + "\" is not true or false");
  out = value->as_bool();
  return {};
}

Status read(const json::object& object, const char* key, std::uint64_t& out) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr) return {};
  if (value->is_uint64()) {
    out = value->as_uint64();
  } else if (value->is_int64() && value->as_int64() >= 0) {
    out = static_cast<std::uint64_t>(value->as_int64());
  } else {
    return fail(Errc::kInvalid, std::string("\"") + key + "\" is not a natural number");
  }
  return {};
}

json::object encode_response(const Response& response) {
  json::object object{{"id", response.id}, {"type", "result"}, {"text", printable(response.text)}};
  if (!response.data.empty()) {
    boost::system::error_code error;
    json::value data = json::parse(response.data, error);
    if (!error) object["data"] = std::move(data);
  }
  if (response.rejection) {
    json::object rejection{{"kind", response.rejection->kind},
                           {"text", printable(response.rejection->text)}};
    if (response.rejection->column) rejection["column"] = *response.rejection->column;
    object["rejection"] = std::move(rejection);
  }
  if (!response.choices.empty()) {
    json::array choices;
    for (const Choice& choice : response.choices)
      choices.push_back(json::object{{"word", printable(choice.word)},
                                     {"help", printable(choice.help)},
                                     {"keyword", choice.keyword}});
    object["choices"] = std::move(choices);
  }
  object["prompt"] = printable(response.prompt);
  if (response.asking != Asking::kNothing)
    object["asking"] = response.asking == Asking::kHidden ? "hidden" : "shown";
  if (response.page != 0) object["page"] = response.page;
  if (response.closed) object["closed"] = true;
  return object;
}

Result<Rejection> decode_rejection(const json::value& value) {
  if (!value.is_object()) return fail(Errc::kInvalid, "\"rejection\" is not an object");
  const json::object& object = value.as_object();
  Rejection rejection;
  if (auto ok = read(object, "kind", rejection.kind); !ok) return tl::unexpected(ok.error());
  if (auto ok = read(object, "text", rejection.text); !ok) return tl::unexpected(ok.error());
  if (object.contains("column")) {
    std::uint64_t column = 0;
    if (auto ok = read(object, "column", column); !ok) return tl::unexpected(ok.error());
    rejection.column = column;
  }
  return rejection;
}

Result<std::vector<Choice>> decode_choices(const json::value& value) {
  if (!value.is_array()) return fail(Errc::kInvalid, "\"choices\" is not an array");
  std::vector<Choice> choices;
  for (const json::value& item : value.as_array()) {
    if (!item.is_object()) return fail(Errc::kInvalid, "a choice is not an object");
    Choice choice;
    if (auto ok = read(item.as_object(), "word", choice.word); !ok)
      return tl::unexpected(ok.error());
    if (auto ok = read(item.as_object(), "help", choice.help); !ok)
      return tl::unexpected(ok.error());
    if (auto ok = read(item.as_object(), "keyword", choice.keyword); !ok)
      return tl::unexpected(ok.error());
    choices.push_back(std::move(choice));
  }
  return choices;
}

Result<Reply> decode_response(const json::object& object) {
  Response response;
  if (auto ok = read(object, "id", response.id); !ok) return tl::unexpected(ok.error());
  if (auto ok = read(object, "text", response.text); !ok) return tl::unexpected(ok.error());
  if (auto ok = read(object, "prompt", response.prompt); !ok) return tl::unexpected(ok.error());
  if (auto ok = read(object, "closed", response.closed); !ok) return tl::unexpected(ok.error());
  std::uint64_t page = 0;
  if (auto ok = read(object, "page", page); !ok) return tl::unexpected(ok.error());
  if (page > std::numeric_limits<unsigned>::max())
    return fail(Errc::kInvalid, "\"page\" is out of range");
  response.page = static_cast<unsigned>(page);
  std::string asking;
  if (auto ok = read(object, "asking", asking); !ok) return tl::unexpected(ok.error());
  if (!asking.empty() && asking != "shown" && asking != "hidden")
    return fail(Errc::kInvalid, "\"asking\" is neither \"shown\" nor \"hidden\"");
  if (!asking.empty()) response.asking = asking == "hidden" ? Asking::kHidden : Asking::kShown;
  if (const json::value* data = object.if_contains("data")) response.data = json::serialize(*data);
  if (const json::value* rejection = object.if_contains("rejection")) {
    auto decoded = decode_rejection(*rejection);
    if (!decoded) return tl::unexpected(decoded.error());
    response.rejection = std::move(*decoded);
  }
  if (const json::value* choices = object.if_contains("choices")) {
    auto decoded = decode_choices(*choices);
    if (!decoded) return tl::unexpected(decoded.error());
    response.choices = std::move(*decoded);
  }
  return Reply(std::move(response));
}

}  // namespace

std::string encode(const Request& request) {
  json::object object{{"id", request.id}};
  for (const auto& [type, name] : kRequestNames)
    if (type == request.type) object["type"] = json::string_view(name.data(), name.size());
  if (!request.line.empty()) object["line"] = printable(request.line);
  if (request.json) object["format"] = "json";
  return line_of(object);
}

std::string encode(const Reply& reply) {
  if (const auto* response = std::get_if<Response>(&reply))
    return line_of(encode_response(*response));
  if (const auto* event = std::get_if<LogEvent>(&reply))
    return line_of({{"type", "log"}, {"text", printable(event->text)}});
  if (const auto* progress = std::get_if<Progress>(&reply)) {
    json::object object{
        {"id", progress->id}, {"type", "progress"}, {"text", printable(progress->text)}};
    if (!progress->data.empty()) object["data"] = printable(progress->data);
    return line_of(object);
  }
  return line_of(
      {{"type", "protocol-error"}, {"text", printable(std::get<ProtocolError>(reply).text)}});
}

Result<Request> decode_request(std::string_view line) {
  auto object = parse_object(line);
  if (!object) return tl::unexpected(object.error());
  Request request;
  std::string type, format;
  if (auto ok = read(*object, "id", request.id); !ok) return tl::unexpected(ok.error());
  if (auto ok = read(*object, "type", type); !ok) return tl::unexpected(ok.error());
  if (auto ok = read(*object, "line", request.line); !ok) return tl::unexpected(ok.error());
  if (auto ok = read(*object, "format", format); !ok) return tl::unexpected(ok.error());
  if (!format.empty() && format != "text" && format != "json")
    return fail(Errc::kInvalid, "\"format\" is neither \"text\" nor \"json\"");
  request.json = format == "json";
  for (const auto& [known, name] : kRequestNames) {
    if (name == type) {
      request.type = known;
      return request;
    }
  }
  return fail(Errc::kInvalid, "no such request type");
}

Result<Reply> decode_reply(std::string_view line) {
  auto object = parse_object(line);
  if (!object) return tl::unexpected(object.error());
  std::string type, text;
  if (auto ok = read(*object, "type", type); !ok) return tl::unexpected(ok.error());
  if (type == "result") return decode_response(*object);
  if (auto ok = read(*object, "text", text); !ok) return tl::unexpected(ok.error());
  if (type == "log") return Reply(LogEvent{std::move(text)});
  if (type == "progress") {
    Progress progress{0, std::move(text)};
    if (auto ok = read(*object, "id", progress.id); !ok) return tl::unexpected(ok.error());
    if (auto ok = read(*object, "data", progress.data); !ok) return tl::unexpected(ok.error());
    return Reply(std::move(progress));
  }
  if (type == "protocol-error") return Reply(ProtocolError{std::move(text)});
  return fail(Errc::kInvalid, "no such reply type");
}

}  // namespace spa::control
