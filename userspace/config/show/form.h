// SPDX-License-Identifier: Apache-2.0
// How the screens look: as today's parsers read them, or exactly as an older release printed them.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace spa::config {

// `terminal dialect`. A screen for which an older release has no layout of its own looks as in the
// next newer one that has.
enum class ScreenForm : std::uint8_t {
  kLive,
  kDa,  // IOS 12.2(33)SRA
  kDb,  // IOS 12.3(8)T
  kDc,  // IOS 12.2(6)
  kPix,
};

struct ScreenFormName {
  std::string_view word;  // of `terminal dialect`
  ScreenForm form;
};
inline constexpr std::array<ScreenFormName, 5> kScreenForms{{{"live", ScreenForm::kLive},
                                                             {"d-a", ScreenForm::kDa},
                                                             {"d-b", ScreenForm::kDb},
                                                             {"d-c", ScreenForm::kDc},
                                                             {"pix", ScreenForm::kPix}}};

// The two releases that know neither IPv6 nor the status of an SA.
[[nodiscard]] constexpr bool is_old(ScreenForm form) {
  return form == ScreenForm::kDb || form == ScreenForm::kDc;
}

}  // namespace spa::config
