// SPDX-License-Identifier: Apache-2.0
#include "userspace/control/protocol.h"

#include <gtest/gtest.h>

namespace spa::control {
namespace {

std::string_view body(const std::string& message) {
  EXPECT_EQ(message.back(), '\n');
  return std::string_view(message).substr(0, message.size() - 1);
}

TEST(Protocol, BringsRequestsAcross) {
  for (const RequestType type :
       {RequestType::kPrompt, RequestType::kExecute, RequestType::kComplete, RequestType::kHelp,
        RequestType::kBeginBatch, RequestType::kEndBatch, RequestType::kEnd}) {
    const std::string message = encode(Request{7, type, "show \"x\"\t\x1a", true});
    EXPECT_EQ(message.find('\n'), message.size() - 1);
    const auto back = decode_request(body(message));
    ASSERT_TRUE(back) << back.error().text;
    EXPECT_EQ(back->id, 7u);
    EXPECT_EQ(back->type, type);
    EXPECT_EQ(back->line, "show \"x\"\t\x1a");
    EXPECT_TRUE(back->json);
  }
}

TEST(Protocol, BringsResponsesAcross) {
  Response response;
  response.id = 3;
  response.text = "line one\nline two\n";
  response.data = R"({"a":[1,2,{"b":null}]})";
  response.rejection = Rejection{"invalid", "% Invalid", 12};
  response.choices = {{"show", "Show it", true}, {"<1-10>", "", false}};
  response.prompt = "Router#";
  response.closed = true;
  response.page = 24;
  response.asking = Asking::kHidden;
  const auto back = decode_reply(body(encode(Reply(response))));
  ASSERT_TRUE(back) << back.error().text;
  const auto& got = std::get<Response>(*back);
  EXPECT_EQ(got.id, 3u);
  EXPECT_EQ(got.text, response.text);
  EXPECT_EQ(got.data, response.data);
  EXPECT_EQ(got.rejection->column, 12u);
  EXPECT_EQ(got.rejection->kind, "invalid");
  ASSERT_EQ(got.choices.size(), 2u);
  EXPECT_FALSE(got.choices[1].keyword);
  EXPECT_EQ(got.prompt, "Router#");
  EXPECT_TRUE(got.closed);
  EXPECT_EQ(got.page, 24U);
  EXPECT_EQ(got.asking, Asking::kHidden);
}

TEST(Protocol, BringsProgressAcross) {
  const auto back = decode_reply(body(encode(Reply(Progress{9, "Generating RSA keys ...\n"}))));
  ASSERT_TRUE(back) << back.error().text;
  EXPECT_EQ(std::get<Progress>(*back).id, 9u);
  EXPECT_EQ(std::get<Progress>(*back).text, "Generating RSA keys ...\n");
  EXPECT_EQ(std::get<Progress>(*back).data, "");
  EXPECT_FALSE(decode_reply(R"({"type":"progress","id":"nine","text":""})"));
  // A part of JSON is none by itself.
  const auto part = decode_reply(body(encode(Reply(Progress{9, "", R"({"sas":[{"id":1})"}))));
  ASSERT_TRUE(part) << part.error().text;
  EXPECT_EQ(std::get<Progress>(*part).data, R"({"sas":[{"id":1})");
  EXPECT_FALSE(decode_reply(R"({"type":"progress","id":9,"text":"","data":{}})"));
}

TEST(Protocol, BringsEventsAcross) {
  EXPECT_EQ(std::get<LogEvent>(*decode_reply(body(encode(Reply(LogEvent{"%SYS-5"}))))).text,
            "%SYS-5");
  EXPECT_EQ(std::get<ProtocolError>(*decode_reply(body(encode(Reply(ProtocolError{"no"}))))).text,
            "no");
}

// What an operator typed need not be UTF-8; the message must be.
TEST(Protocol, ReplacesMalformedUtf8) {
  for (const char* text :
       {"\xff", "\xc3", "\xe2\x82", "\xed\xa0\x80", "\xc0\xaf", "\xf4\x90\x80\x80"}) {
    const auto back = decode_reply(body(encode(Reply(LogEvent{text}))));
    ASSERT_TRUE(back) << back.error().text;
    EXPECT_NE(std::get<LogEvent>(*back).text.find("\xef\xbf\xbd"), std::string::npos);
  }
  const auto good =
      decode_reply(body(encode(Reply(LogEvent{"\xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\x8d"}))));
  EXPECT_EQ(std::get<LogEvent>(*good).text, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\x8d");
}

TEST(Protocol, RefusesNonsense) {
  for (const char* line :
       {"", "{", "[]", "1", R"({"type":"fly"})", R"({"type":1})", R"({"type":"execute","line":5})",
        R"({"type":"execute","id":-1})", R"({"type":"execute","id":1.5})",
        R"({"type":"execute","format":"xml"})", "{\"type\":\"execute\",\"line\":\"\xff\"}"})
    EXPECT_FALSE(decode_request(line)) << line;
  for (const char* line : {R"({"type":"result","choices":5})", R"({"type":"result","choices":[5]})",
                           R"({"type":"result","rejection":[]})", R"({"type":"result","id":"x"})",
                           R"({"type":"other"})"})
    EXPECT_FALSE(decode_reply(line)) << line;
  const std::string deep(1000, '[');
  EXPECT_FALSE(decode_request(deep));
}

TEST(Protocol, IgnoresFieldsOfLaterVersions) {
  EXPECT_TRUE(decode_request(R"({"type":"execute","line":"x","colour":"red"})"));
}

}  // namespace
}  // namespace spa::control
