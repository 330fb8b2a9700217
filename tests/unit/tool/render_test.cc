// SPDX-License-Identifier: Apache-2.0
#include "userspace/tool/render.h"

#include <gtest/gtest.h>

namespace spa::tool {
namespace {

// R-CLI-12
TEST(Render, PutsTheCaretUnderTheMistake) {
  const control::Rejection rejection{"invalid", "% Invalid input detected at '^' marker.", 5};
  EXPECT_EQ(render_rejection(rejection, "a.cfg:3: ", "show nothing"),
            "a.cfg:3: show nothing\n"
            "              ^\n"
            "% Invalid input detected at '^' marker.\n");
  EXPECT_EQ(render_rejection_at_prompt(rejection, "R#", "show nothing"),
            "       ^\n% Invalid input detected at '^' marker.\n");
  EXPECT_EQ(render_rejection(rejection, "", "\xc3\xa9\tab x"),
            "\xc3\xa9\tab x\n \t  ^\n% Invalid input detected at '^' marker.\n");
}

TEST(Render, LeavesTheCaretOutWhereThereIsNone) {
  EXPECT_EQ(render_rejection({"incomplete", "% Incomplete command.", std::nullopt}, "", "show"),
            "show\n% Incomplete command.\n");
}

TEST(Render, IndentsJson) {
  control::Response response;
  response.data = R"({"a":[1,{"b":"x"}],"c":[],"d":{}})";
  EXPECT_EQ(render_json(response),
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"x\"\n    }\n  ],\n  \"c\": [],\n"
            "  \"d\": {}\n}\n");
  response.data.clear();
  response.text = "[OK]\n";
  EXPECT_EQ(render_json(response), "{\n  \"text\": \"[OK]\\n\"\n}\n");
}

}  // namespace
}  // namespace spa::tool
