// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/show/keys.h"

#include "userspace/config/show/json.h"
#include "userspace/config/show/text.h"
#include "userspace/pki/enrolment.h"
#include "userspace/pki/file_name.h"

namespace spa::config {
namespace {

const char* usage_text(pki::KeyUsage usage) {
  switch (usage) {
    case pki::KeyUsage::kGeneral:
      return "General Purpose Key";
    case pki::KeyUsage::kSignature:
      return "Signature Key";
    case pki::KeyUsage::kEncryption:
      return "Encryption Key";
  }
  return "";
}

// Eight words of eight digits in a line.
void key_data(Screen& screen, ByteView der, bool upper) {
  constexpr std::size_t kWord = 4, kLine = 8 * kWord;
  for (std::size_t at = 0; at < der.size(); at += kLine) {
    const ByteView octets = der.subspan(at, std::min(kLine, der.size() - at));
    std::string line = " ";
    for (std::size_t word = 0; word < octets.size(); word += kWord)
      line += " " + to_hex(octets.subspan(word, std::min(kWord, octets.size() - word)));
    for (char& letter : line)
      if (upper && letter >= 'a' && letter <= 'f') letter = static_cast<char>(letter - 'a' + 'A');
    screen.line("%s", c(line));
  }
}

KeyPairView view_of(std::string label, pki::KeyUsage usage, bool exportable, WallTime generated,
                    const crypto::PrivateKey& key) {
  KeyPairView view{std::move(label), usage, exportable, generated, key.bits(), {}};
  if (const auto half = key.public_key())
    if (auto der = half->to_der()) view.public_key = std::move(*der);
  return view;
}

}  // namespace

bool same_label(std::string_view a, std::string_view b) {
  return pki::folded(a) == pki::folded(b);
}

std::vector<KeyPairView> key_pairs(Backend& backend) {
  std::vector<KeyPairView> views;
  pki::Enrolment& enrolment = backend.enrolment();
  for (const pki::KeyPair& pair : enrolment.keys().list())
    views.push_back(view_of(pair.label, pair.usage, pair.exportable, pair.generated, pair.key));
  for (const pki::TrustpointContent* content : enrolment.trust().list())
    if (content->key && content->key->type() == crypto::KeyType::kRsa)
      views.push_back(view_of(content->name, pki::KeyUsage::kGeneral, false, content->key_stored,
                              *content->key));
  return views;
}

std::string keys_text(const std::vector<KeyPairView>& pairs, ScreenForm form,
                      const policy::TimeZone& zone) {
  Screen screen;
  for (const KeyPairView& pair : pairs) {
    if (&pair != &pairs.front()) screen.blank();
    screen.line("%% Key pair was generated at: %s", c(date_text(pair.generated, zone)));
    screen.line("Key name: %s", c(pair.label));
    if (form == ScreenForm::kLive) screen.line("Key type: RSA KEYS");
    screen.line(" Usage: %s", usage_text(pair.usage));
    if (form == ScreenForm::kLive)
      screen.line(" Key is %sexportable.", pair.exportable ? "" : "not ");
    screen.line(" Key Data:");
    key_data(screen, pair.public_key, true);
  }
  return screen.take();
}

std::string keys_json(const std::vector<KeyPairView>& pairs) {
  json::array list;
  for (const KeyPairView& pair : pairs)
    list.push_back(json::object{{"name", pair.label},
                                {"type", "rsa"},
                                {"bits", pair.bits},
                                {"usage", usage_text(pair.usage)},
                                {"exportable", pair.exportable},
                                {"generated", iso_text(pair.generated)},
                                {"public_key", to_hex(pair.public_key)}});
  return json::serialize(json::object{{"keys", std::move(list)}});
}

std::string pix_keys_text(const std::vector<KeyPairView>& pairs) {
  Screen screen;
  for (const KeyPairView& pair : pairs) {
    if (&pair != &pairs.front()) screen.blank();
    screen.line("%% Key pair was generated at: %s", c(plain_date_text(pair.generated)));
    screen.blank();
    screen.line("Key name: %s", c(pair.label));
    screen.line(" Usage: %s", usage_text(pair.usage));
    screen.line(" Key Data:");
    key_data(screen, pair.public_key, false);
  }
  return screen.take();
}

}  // namespace spa::config
