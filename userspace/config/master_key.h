// SPDX-License-Identifier: Apache-2.0
// The key under which the keys of the configuration are encrypted (R-T6). It stands in a file of
// its own, mode 0600, and never in a configuration (R-T6-3).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"

namespace spa::config {

class MasterKey {
 public:
  static constexpr std::size_t kShortest = 8;  // octets (R-T6-28)
  static constexpr std::size_t kLongest = 127;

  explicit MasterKey(std::string path) : path_(std::move(path)) {}
  // The same key, of which no file is ever written: so is one without a path.
  [[nodiscard]] MasterKey in_memory() const {
    MasterKey copy = *this;
    copy.path_.clear();
    return copy;
  }

  // No file: no key. kInvalid says what is wrong with it, kIo why it cannot be read; there is no
  // key then.
  Status load();

  [[nodiscard]] bool exists() const { return current_.has_value(); }
  [[nodiscard]] bool is(ByteView key) const;

  // The file is written first: on an error nothing has changed. The key before stays in it until
  // the configuration is saved, for until then the saved one is encrypted under that: a power cut
  // costs no key.
  Status set(ByteView key);
  Status remove();
  Status configuration_saved();

  // kState: there is no key. kCrypto: it does not fit. kInvalid: this is no such string.
  [[nodiscard]] Result<std::string> encrypt(ByteView key) const;
  [[nodiscard]] Result<SecretBytes> decrypt(std::string_view word) const;
  // The same under the key of the saved configuration, where that is another one.
  [[nodiscard]] Result<SecretBytes> decrypt_saved(std::string_view word) const;

 private:
  Status store(const std::optional<SecretBytes>& current,
               const std::optional<SecretBytes>& saved) const;

  std::string path_;
  std::optional<SecretBytes> current_;
  std::optional<SecretBytes> saved_;
};

// "DIR/private-config" beside "DIR/startup-config"; another name gets ".private" at its end.
[[nodiscard]] std::string private_file(const std::string& startup_file);

}  // namespace spa::config
