// SPDX-License-Identifier: Apache-2.0
// Screens that grow with the number of peers come in pieces, each made when it is wanted.
#include "userspace/config/pieces.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/unit/config/fake_backend.h"
#include "tests/unit/config/many_peers.h"
#include "userspace/config/output_filter.h"
#include "userspace/config/session.h"

namespace spa::config {
namespace {

std::string digits(std::size_t first, std::size_t end) {
  std::string out;
  for (std::size_t i = first; i < end; ++i) out += std::to_string(i) + "\n";
  return out;
}

TEST(Pieces, AreTheWholeWhateverTheirSize) {
  for (const std::size_t rows : {1, 2, 3, 7, 100}) {
    const auto parts = [] {
      return std::vector<Rows>{{.before = "a\n", .count = 0, .make = digits, .behind = "b\n"},
                               {.before = "c\n", .count = 6, .make = digits, .behind = "d\n"},
                               {.before = "e\n", .count = 3, .make = digits}};
    };
    std::string out;
    drain(out, pieces_of(parts(), rows));
    EXPECT_EQ(out, "a\nb\nc\n0\n1\n2\n3\n4\n5\nd\ne\n0\n1\n2\n") << rows;
  }
}

class PiecesTest : public testing::Test {
 protected:
  void peers(int count, bool dynamic = false) {
    ASSERT_TRUE(configuration.load(dynamic ? kDynamicHub : many_peers(count)));
    establish(backend, count, dynamic);
    // Both versions, and something that differs from peer to peer.
    for (ike::IkeSaStatus& sa : backend.sas) {
      if (sa.id % 3 == 0) sa.version = 2;
      sa.active_seconds = sa.id;
      backend.states[sa.children[0].spi_in].in.packets = sa.id;
    }
    in_pieces.listen({{}, {}, true});
  }

  std::string whole(const std::string& line, OutputFormat format = OutputFormat::kText) {
    const Output output = at_once.execute(line, format);
    EXPECT_FALSE(output.rest) << line;
    EXPECT_FALSE(output.rejection) << line;
    return format == OutputFormat::kJson ? output.json : output.text;
  }

  // All pieces; the largest one is remembered.
  std::string streamed(const std::string& line, OutputFormat format = OutputFormat::kText) {
    const Output output = in_pieces.execute(line, format);
    EXPECT_TRUE(output.rest) << line;
    EXPECT_EQ(output.json, "");
    std::string text = output.text;
    largest = pieces = 0;
    bool more = static_cast<bool>(output.rest);
    while (more) {
      std::string piece;
      more = output.rest(piece);
      largest = std::max(largest, piece.size());
      ++pieces;
      text += piece;
    }
    return text;
  }

  FakeBackend backend;
  Configuration configuration{backend, "/nonexistent/startup-config"};
  Session at_once{configuration, true};
  Session in_pieces{configuration, true};
  std::size_t largest = 0;
  std::size_t pieces = 0;
};

// R-SHOW-3, 5, 18, 35, 37: with thousands of SAs nobody holds the whole screen, and it has begun
// before the last SA is looked at.
TEST_F(PiecesTest, ThousandsOfSasBeginAtOnce) {
  peers(8000, true);
  for (const char* line : {"show crypto ipsec sa", "show crypto isakmp sa detail",
                           "show crypto ikev2 sa", "show crypto session detail"}) {
    backend.looked_at = 0;
    const Output output = in_pieces.execute(line);
    ASSERT_TRUE(output.rest) << line;
    std::string first = output.text;
    EXPECT_TRUE(output.rest(first)) << line;
    EXPECT_GT(std::count(first.begin(), first.end(), '\n'), 24) << line;
    EXPECT_LE(backend.looked_at, kShortRowsInPiece) << line;
    EXPECT_LT(first.size(), 128u * 1024) << line;
  }
  const std::string text = streamed("show crypto ipsec sa");
  EXPECT_GT(text.size(), 10'000'000u);
  EXPECT_LT(largest, 128u * 1024);
  EXPECT_TRUE(text == whole("show crypto ipsec sa"));
}

// The screen of all is those of each peer, one after another.
TEST_F(PiecesTest, AreTheScreensOfAllPeersTogether) {
  peers(100);
  const std::string one = whole("show crypto ipsec sa peer 10.0.0.1");
  const std::size_t heading = one.find("\n\n", 1) + 1;
  std::string together = one.substr(0, heading);
  for (int i = 1; i <= 100; ++i)
    together += whole("show crypto ipsec sa peer " + nth_address(i)).substr(heading);
  EXPECT_EQ(streamed("show crypto ipsec sa"), together);
  EXPECT_GT(pieces, 2u);
}

TEST_F(PiecesTest, AreWhatWouldBeShownAtOnce) {
  peers(300);
  for (const std::string dialect : {"live", "d-a", "d-b", "d-c", "pix"}) {
    at_once.execute("terminal dialect " + dialect);
    in_pieces.execute("terminal dialect " + dialect);
    for (const char* line : {"show crypto ipsec sa detail", "show crypto isakmp sa",
                             "show crypto isakmp sa detail", "show crypto ikev2 sa detailed",
                             "show crypto ikev2 session detail", "show crypto session"}) {
      const std::string text = whole(line);
      EXPECT_EQ(streamed(line), text) << dialect << line;
      EXPECT_GE(std::count(text.begin(), text.end(), '\n'), 100) << line;
      EXPECT_EQ(streamed(line, OutputFormat::kJson), whole(line, OutputFormat::kJson)) << line;
    }
  }
}

// A filter sees lines, wherever a piece ends.
TEST_F(PiecesTest, GoThroughFilters) {
  peers(300);
  const std::string text = whole("show crypto ipsec sa");
  for (const std::string filter :
       {"include current_peer", "exclude sas", "begin 10.0.1.40", "section remote ident",
        "count spi:", "include nothing like it"}) {
    EXPECT_EQ(streamed("show crypto ipsec sa | " + filter), filter_lines(filter, text).value())
        << filter;
    EXPECT_EQ(whole("show crypto ipsec sa | " + filter), filter_lines(filter, text).value());
  }
  auto filter = LineFilter::make("include b").value();
  EXPECT_EQ(filter->take("ab\ncd\nxb"), "ab\n");
  EXPECT_EQ(filter->take("y\nb"), "xby\n");
  EXPECT_EQ(filter->end(), "b\n");
}

// The screen shows the SAs that there were when it was asked for; one that has gone away by the
// time of its row is left out, and its line is shown without one.
TEST_F(PiecesTest, AnSaGoesAwayMeanwhile) {
  peers(300);
  const Output isakmp = in_pieces.execute("show crypto isakmp sa");
  const Output ipsec = in_pieces.execute("show crypto ipsec sa");
  const Output session = in_pieces.execute("show crypto session");
  const Output json = in_pieces.execute("show crypto isakmp sa", OutputFormat::kJson);
  std::erase_if(backend.sas, [](const auto& sa) { return sa.id == 1 || sa.id == 290; });
  std::string a, b, d, e;
  drain(a, isakmp.rest);
  drain(b, ipsec.rest);
  drain(d, session.rest);
  drain(e, json.rest);
  EXPECT_EQ(a, whole("show crypto isakmp sa"));
  EXPECT_NE(b.find("current_peer " + nth_address(290) + " port 500"), std::string::npos);
  EXPECT_EQ(b.find("0x10000122"), std::string::npos);  // its SPI
  EXPECT_NE(b.find("0x10000123"), std::string::npos);
  EXPECT_NE(d.find("Session status: DOWN\nPeer: " + nth_address(290)), std::string::npos);
  EXPECT_EQ(e, whole("show crypto isakmp sa", OutputFormat::kJson));
}

}  // namespace
}  // namespace spa::config
