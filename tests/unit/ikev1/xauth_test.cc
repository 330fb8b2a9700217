// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev1/xauth.h"

#include <gtest/gtest.h>

namespace spa::ikev1 {
namespace {

namespace v1 = wire::v1;
using Type = v1::ConfigAttributeType;

Credentials credentials(std::string user, std::string_view password) {
  return {std::move(user), to_secret(as_bytes(password))};
}

v1::ConfigPayload config(v1::ConfigType type, std::vector<v1::Attribute> attributes) {
  return {type, 1, std::move(attributes)};
}

std::map<std::string, policy::User> users() {
  return {{"alice", {"alice", to_secret(as_bytes("wonderland"))}}, {"nobody", {"nobody", {}}}};
}

// draft-beaulieu-ike-xauth-02 4.1: request, reply, verdict.
TEST(Xauth, AsksAndAnswers) {
  const auto request = config(v1::ConfigType::kRequest, xauth_request());
  EXPECT_TRUE(is_xauth(request));
  EXPECT_TRUE(judge_xauth_request(request));
  const Credentials given = credentials("alice", "wonderland");
  const auto reply = config(v1::ConfigType::kReply, xauth_reply(given));
  EXPECT_EQ(*read_xauth_reply(reply), given);
  for (const bool good : {true, false}) {
    EXPECT_EQ(*read_xauth_status(config(v1::ConfigType::kSet, xauth_status(good))), good);
  }
  EXPECT_FALSE(read_xauth_status(config(v1::ConfigType::kSet, {})));
  EXPECT_FALSE(
      is_xauth(config(v1::ConfigType::kRequest, {v1::config_attribute(Type::kIp4Address)})));
}

TEST(Xauth, KnowsItsUsers) {
  EXPECT_TRUE(is_user(users(), credentials("alice", "wonderland")));
  EXPECT_FALSE(is_user(users(), credentials("alice", "wonderlan")));
  EXPECT_FALSE(is_user(users(), credentials("alice", "wonderland2")));
  EXPECT_FALSE(is_user(users(), credentials("alice", std::string_view("wonderland\0", 11))));
  EXPECT_FALSE(is_user(users(), credentials("bob", "wonderland")));
  EXPECT_FALSE(is_user(users(), credentials("alice", std::string(5000, 'w'))));
}

// A user without a password lets nobody in, and an unknown one is not the same as an empty
// password.
TEST(Xauth, EmptyPasswordsLetNobodyIn) {
  EXPECT_FALSE(is_user(users(), credentials("nobody", "")));
  EXPECT_FALSE(is_user(users(), credentials("bob", "")));
}

TEST(Xauth, RefusesRepliesThatAreNone) {
  const auto reading = [](std::vector<v1::Attribute> attributes) {
    return read_xauth_reply(config(v1::ConfigType::kReply, std::move(attributes)));
  };
  const auto name = v1::config_attribute(Type::kXauthUserName, as_bytes("a"));
  const auto password = v1::config_attribute(Type::kXauthUserPassword, as_bytes("p"));
  EXPECT_TRUE(reading({name, password}));
  EXPECT_FALSE(reading({name}));
  EXPECT_FALSE(reading({password}));
  EXPECT_FALSE(reading({name, v1::config_attribute(Type::kXauthUserPassword)}));
  EXPECT_FALSE(reading(
      {name, v1::config_attribute(Type::kXauthUserPassword, Bytes(kMaxXauthText + 1, 'p'))}));
  EXPECT_FALSE(reading({name, password, v1::config_number(Type::kXauthType, 1)}));
  // draft 4.2: a client that gives up says so with a status.
  EXPECT_FALSE(reading({v1::config_number(Type::kXauthStatus, 0)}));
}

// A password is given to nobody who asks for something else.
TEST(Xauth, RefusesRequestsItCannotAnswer) {
  const auto asked = [](v1::Attribute attribute) {
    auto attributes = xauth_request();
    attributes.push_back(std::move(attribute));
    return judge_xauth_request(config(v1::ConfigType::kRequest, std::move(attributes))).has_value();
  };
  EXPECT_FALSE(asked(v1::config_attribute(Type::kXauthChallenge, as_bytes("c"))));
  EXPECT_FALSE(asked(v1::config_attribute(Type::kXauthPasscode)));
  EXPECT_TRUE(asked(v1::config_attribute(Type::kXauthMessage, as_bytes("Hello"))));
  EXPECT_FALSE(judge_xauth_request(
      config(v1::ConfigType::kRequest, {v1::config_number(Type::kXauthType, 2)})));
}

}  // namespace
}  // namespace spa::ikev1
