// SPDX-License-Identifier: Apache-2.0
// One file of tests/unit/crypto/vectors: a negotiation of strongSwan with everything that it
// derived.
#pragma once

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "userspace/base/bytes.h"

namespace spa::crypto::v1 {

class VectorFile {
 public:
  explicit VectorFile(const std::string& name) {
    std::ifstream file(SPA_SOURCE_DIR "/tests/unit/crypto/vectors/" + name);
    for (std::string line; std::getline(file, line);) {
      if (line.empty() || line[0] == '#') continue;
      std::istringstream words(line);
      std::string key;
      std::string value;
      words >> key >> value;
      values_[key].push_back(value);
      order_.emplace_back(key, value);
    }
  }

  [[nodiscard]] bool has(const std::string& key) const { return values_.contains(key); }
  [[nodiscard]] std::string word(const std::string& key) const {
    const auto it = values_.find(key);
    return it == values_.end() ? std::string() : it->second.front();
  }
  [[nodiscard]] Bytes octets(const std::string& key) const { return from_hex(word(key)); }
  [[nodiscard]] unsigned number(const std::string& key) const {
    return static_cast<unsigned>(std::stoul(word(key)));
  }
  [[nodiscard]] std::vector<Bytes> all(const std::string& key) const {
    std::vector<Bytes> out;
    const auto it = values_.find(key);
    if (it == values_.end()) return out;
    for (const std::string& value : it->second) out.push_back(from_hex(value));
    return out;
  }
  // The datagrams whose name starts with `prefix`, in their order.
  struct Datagram {
    bool from_initiator;
    Bytes octets;
  };
  [[nodiscard]] std::vector<Datagram> datagrams(const std::string& prefix) const {
    std::vector<Datagram> out;
    for (const auto& [key, value] : order_) {
      if (key.rfind(prefix, 0) == 0) out.push_back({key.back() == 'i', from_hex(value)});
    }
    return out;
  }

 private:
  std::map<std::string, std::vector<std::string>> values_;
  std::vector<std::pair<std::string, std::string>> order_;
};

}  // namespace spa::crypto::v1
