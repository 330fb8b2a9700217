// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev2/ticket_box.h"

#include "userspace/crypto/random.h"
#include "userspace/wire/reader.h"
#include "userspace/wire/sa_payload.h"

namespace spa::ikev2 {

namespace {

constexpr crypto::CipherSuite kSuite{crypto::EncrAlgorithm::kAesGcm16, 256,
                                     crypto::IntegAlgorithm::kNone};
constexpr std::size_t kKeySize = 36;  // with its salt
constexpr std::size_t kPrefix = 12;   // number of the key, serial number: covered by the seal

}  // namespace

Status TicketBox::rotate(SteadyTime now) {
  if (current_ && now - since_ < kLongestLife) return {};
  SecretBytes fresh(kKeySize);
  if (Status random = crypto::random_fill(fresh); !random) return random;
  Result<crypto::IkeCipher> cipher = crypto::IkeCipher::create(kSuite, fresh, {});
  if (!cipher) return tl::unexpected(cipher.error());
  // After a long silence the old key is not merely old.
  previous_ = now - since_ < 2 * kLongestLife ? std::move(current_) : std::nullopt;
  current_ = Key{++last_number_, std::move(*cipher), 1, {}};
  since_ = now;
  return {};
}

const TicketBox::Key* TicketBox::key(std::uint32_t number) const {
  for (const std::optional<Key>* key : {&current_, &previous_}) {
    if (*key && (*key)->number == number) return &**key;
  }
  return nullptr;
}

Result<TicketBox::Issued> TicketBox::seal(SteadyTime now, const SessionState& state) {
  if (Status ready = rotate(now); !ready) return tl::unexpected(ready.error());
  const Result<SecretBytes> plain = serialize(state);
  if (!plain) return tl::unexpected(plain.error());
  Issued out{wire::spi_octets(current_->number), {current_->number, current_->next++}};
  const Bytes serial = wire::spi_octets(out.number.serial);
  out.ticket.insert(out.ticket.end(), serial.begin(), serial.end());
  if (Status sealed = current_->cipher.seal(out.ticket, *plain); !sealed) {
    return tl::unexpected(sealed.error());
  }
  return out;
}

Result<TicketBox::Opened> TicketBox::open(SteadyTime now, ByteView ticket) {
  if (Status ready = rotate(now); !ready) return tl::unexpected(ready.error());
  wire::Reader prefix(ticket, "ticket");
  const Number number{prefix.u32(), prefix.u64()};
  const Key* sealed_by = prefix.ok() ? key(number.key) : nullptr;
  if (sealed_by == nullptr) return fail(Errc::kCrypto, "ticket of an unknown key");
  Result<Bytes> plain = sealed_by->cipher.open(ticket, kPrefix);
  if (!plain) return fail(Errc::kCrypto, "ticket is not ours: " + plain.error().text);
  Result<SessionState> state = parse_session_state(*plain);
  secure_wipe(plain->data(), plain->size());
  if (!state) return tl::unexpected(state.error());
  if (state->expires <= now) return fail(Errc::kTimeout, "ticket has expired");
  if (used(number)) return fail(Errc::kExists, "ticket was used before");
  return Opened{std::move(*state), number};
}

// RFC 5723 9: replayed or stolen, it is good for nothing.
bool TicketBox::used(const Number& number) const {
  const Key* sealed_by = key(number.key);
  return sealed_by == nullptr || sealed_by->used.contains(number.serial);
}

void TicketBox::use(const Number& number) {
  for (std::optional<Key>* key : {&current_, &previous_}) {
    if (!*key || (*key)->number != number.key) continue;
    (*key)->used.insert(number.serial);
    if ((*key)->used.size() > kMostUsed) forget();
    return;
  }
}

void TicketBox::forget() {
  current_.reset();
  previous_.reset();
}

}  // namespace spa::ikev2
