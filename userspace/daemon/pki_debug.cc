// SPDX-License-Identifier: Apache-2.0
#include "userspace/daemon/pki_debug.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

namespace spa::daemon {

namespace {

constexpr std::string_view kTransactions = "pki";
constexpr std::string_view kMessages = "pki-messages";

// R-DBG-29
constexpr int kPoll = 0;
constexpr int kBlockingDone = 105;
constexpr int kNotInserted = 275;

std::string status(int code, const char* text) {
  return "CRYPTO_PKI: status = " + std::to_string(code) + ": " + text;
}

// "OU = sjvpn, O = cisco, C = us"
std::string print_name(const std::vector<pki::NameAttribute>& name) {
  std::string text;
  for (const auto& [attribute, value] : name) {
    std::string key = attribute;
    if (key.size() <= 2) {
      std::ranges::transform(key, key.begin(),
                             [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    }
    if (!text.empty()) text += ", ";
    text += key + " = " + value;
  }
  return text;
}

class Poll final : public DebugEvent {
 public:
  explicit Poll(std::vector<pki::NameAttribute> name) : name_(std::move(name)) {}
  [[nodiscard]] DebugLines lines(DebugForm form) const override {
    DebugLines lines{{status(kPoll, "poll CRL"), true}};
    if (form != DebugForm::kPix) return lines;
    lines.push_back({"CI thread sleeps!", true});
    lines.push_back({"Crypto CA thread wakes up!", true});
    if (!name_.empty()) lines.push_back({"CRYPTO_PKI: Name: " + print_name(name_), true});
    return lines;
  }

 private:
  std::vector<pki::NameAttribute> name_;
};

class End final : public DebugEvent {
 public:
  explicit End(bool read) : read_(read) {}
  [[nodiscard]] DebugLines lines(DebugForm form) const override {
    const bool pix = form == DebugForm::kPix;
    DebugLines lines;
    if (!read_ && pix) lines.push_back({"Fail to verify and insert CRL", true});
    if (!read_) lines.push_back({status(kNotInserted, "failed to insert CRL"), true});
    lines.push_back({"CRYPTO_PKI: transaction GetCRL completed", true});
    if (!pix) return lines;
    if (!read_) {
      lines.push_back(
          {"CRYPTO_PKI: blocking callback received status: " + std::to_string(kBlockingDone),
           true});
    }
    lines.push_back({"Crypto CA thread sleeps!", true});
    lines.push_back({"CI thread wakes up!", true});
    return lines;
  }

 private:
  bool read_;
};

class Message final : public DebugEvent {
 public:
  explicit Message(ByteView octets) : octets_(octets) {}
  [[nodiscard]] DebugLines lines(DebugForm) const override {
    DebugLines lines = hex_dump(octets_);
    lines.insert(
        lines.begin(),
        {"CRYPTO_PKI: received msg of " + std::to_string(octets_.size()) + " bytes", true});
    return lines;
  }

 private:
  ByteView octets_;
};

}  // namespace

DebugLines hex_dump(ByteView octets) {
  constexpr std::size_t kOctetsOfALine = 16;
  DebugLines lines;
  for (std::size_t at = 0; at < octets.size(); at += kOctetsOfALine) {
    std::string line;
    for (const std::uint8_t octet :
         octets.subspan(at, std::min(kOctetsOfALine, octets.size() - at))) {
      char text[4];
      std::snprintf(text, sizeof text, "%02X ", unsigned{octet});
      line += text;
    }
    line.pop_back();
    lines.push_back({std::move(line), true});
  }
  lines.push_back({"", true});
  return lines;
}

void debug_crl_poll(LogSink& log, const pki::TrustpointContent* content) {
  if (content == nullptr || !log.debugging(kTransactions)) return;
  std::vector<pki::NameAttribute> name;
  if (!content->authorities.empty()) name = content->authorities.front().subject_attributes();
  log.debug({kTransactions, std::nullopt, Poll(std::move(name))});
}

void debug_crl_end(LogSink& log, const pki::TrustpointContent* content, bool read) {
  if (content == nullptr) return;
  if (read && log.debugging(kMessages)) {
    for (const pki::Crl& crl : content->crls) {
      log.debug({kMessages, std::nullopt, Message(crl.der())});
    }
  }
  if (log.debugging(kTransactions)) log.debug({kTransactions, std::nullopt, End(read)});
}

}  // namespace spa::daemon
