// SPDX-License-Identifier: Apache-2.0
// Errors are values. Exceptions are for start-up only, and never cross a room's public functions.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace spa {

enum class Errc {
  kInvalid,      // the input breaks a rule of its format
  kUnsupported,  // well-formed, but nothing here can do it
  kNotFound,
  kExists,
  kDenied,     // authentication or permission
  kExhausted,  // a limit or a table is full
  kTimeout,
  kIo,      // the operating system or the card said no
  kCrypto,  // a cryptographic check failed
  kState,   // not possible now
};

// What went wrong: a class for the program, a sentence for the person that names cause and place.
struct [[nodiscard]] Error {
  Errc code = Errc::kInvalid;
  std::string text;
};

template <typename T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

[[nodiscard]] inline tl::unexpected<Error> fail(Errc code, std::string text) {
  return tl::unexpected<Error>(Error{code, std::move(text)});
}

}  // namespace spa
