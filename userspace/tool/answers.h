// SPDX-License-Identifier: Apache-2.0
// Where the answers to the router's questions come from.
#pragma once

#include <optional>
#include <string>

namespace spa::tool {

class Answers {
 public:
  virtual ~Answers() = default;
  // One line; `hidden`: nobody may see it. None when nobody answers (any more).
  [[nodiscard]] virtual std::optional<std::string> next(const std::string& question,
                                                        bool hidden) = 0;
};

// Standard input: a person at a terminal, who is shown the question, or the lines of a file.
class StandardInput final : public Answers {
 public:
  [[nodiscard]] std::optional<std::string> next(const std::string& question, bool hidden) override;
};

}  // namespace spa::tool
