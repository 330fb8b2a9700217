// SPDX-License-Identifier: Apache-2.0
// The RSA key pairs that were made here (R-PKI-3 to R-PKI-10). They are in memory until they are
// written, each into a file of its own (mode 0600) below one directory.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "userspace/base/bytes.h"
#include "userspace/base/clock.h"
#include "userspace/base/result.h"
#include "userspace/crypto/key.h"

namespace spa::pki {

enum class KeyUsage { kGeneral, kSignature, kEncryption };

struct KeyPair {
  std::string label;  // "router.example.com"
  KeyUsage usage = KeyUsage::kGeneral;
  bool exportable = false;
  WallTime generated{};
  crypto::PrivateKey key;
  bool written = false;
};

// The content of such a file. kInvalid: it is none, or its key is no RSA key.
[[nodiscard]] Result<KeyPair> parse_key_pair(std::string_view content);
[[nodiscard]] Result<SecretBytes> print_key_pair(const KeyPair& pair);

// Labels are looked up without regard to case, as names of trustpoints are.
class KeyStore {
 public:
  // `directory` is made (0700) when something is written first. Without a name nothing ever is.
  explicit KeyStore(std::string directory) : directory_(std::move(directory)) {}

  // Reads what earlier runs wrote. Errors name the file; what could be read is kept.
  Status load();

  // All pairs, in the order in which they were made.
  [[nodiscard]] const std::vector<KeyPair>& list() const { return pairs_; }
  // The pair for a purpose: that one, or the one for all purposes. Null: there is none.
  [[nodiscard]] const KeyPair* find(std::string_view label, KeyUsage usage) const;
  // Whose public half this is.
  [[nodiscard]] const KeyPair* find(const crypto::PublicKey& key) const;
  [[nodiscard]] bool has(std::string_view label) const;

  // Takes the place of all pairs of the same label. What was written of those stays in its file
  // until write(): a reload brings it back.
  void replace(std::string_view label, std::vector<KeyPair> pairs);
  // Deletes the pairs of a label, or all with an empty one: from their files too, at once. kIo
  // names a file that is left.
  Status remove(std::string_view label);

  // Makes the files say what is here. The first error is told; the others are tried all the same.
  Status write();

 private:
  [[nodiscard]] std::string path_of(const KeyPair& pair) const;

  std::string directory_;
  std::vector<KeyPair> pairs_;
  std::set<std::string> files_;  // of pairs that are, or were, here: a damaged one is left alone
};

}  // namespace spa::pki
