// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/model/faults.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace spa::card {
namespace {

struct Kind {
  std::string_view name;
  Fault fault;
  std::uint32_t least = 0;  // of its number; both 0: it takes none
  std::uint32_t most = 0;
  std::uint32_t standard = 0;  // where none is given
  std::string_view text;
};

constexpr std::uint32_t kNoDefault = 0xffffffffu;

constexpr std::array kKinds{
    Kind{"hang", kFaultHang, 0, 0, 0,
         "the heartbeat stops, nothing is answered; ends with a reset"},
    Kind{"silent-death", kFaultDead, 0, 0, 0,
         "as hang, but registers read all ones and no reset helps"},
    Kind{"lose-state", kFaultLoseState, 0, 0, 0, "all SAs and policies vanish, once"},
    Kind{"stall-queue", kFaultStall, 0, SPA_QUEUES - 1, kNoDefault,
         "NUMBER: this queue stops; ends with a reset"},
    Kind{"drop-irq", kFaultDropIrq, 1, 100, 100, "NUMBER percent of the interrupts are lost"},
    Kind{"garbage-completions", kFaultGarbageCompletion, 0, 0, 0,
         "every third completion and event is noise"},
    Kind{"garbage-rx", kFaultGarbageRx, 0, 0, 0, "every third frame arrives as noise"},
    Kind{"slow", kFaultSlow, 1, 10000, 20, "the card works only every NUMBER milliseconds"},
    Kind{"lies", kFaultLies, 0, 0xfffffffe, 1,
         "fields of completions, events and answers are anything; NUMBER: the seed"},
    Kind{"rx-length", kFaultRxLength, 0, 0, 0, "every third rx length cannot be"},
    Kind{"rx-index", kFaultRxIndex, 0, 0, 0, "every third rx index is not next"},
    Kind{"sa-index", kFaultSaIndex, 0, 0, 0, "every third rx SA is beyond the table"},
    Kind{"status", kFaultStatus, 0, 0, 0, "every third status does not exist"},
    Kind{"pk-length", kFaultPkLength, 0, 0, 0, "every third public-key length cannot be"},
    Kind{"dma-test", kFaultDmaTest, 0, 0, 0, "the DMA self-test writes wrong octets"},
};

const Kind* kind_named(std::string_view name) {
  for (const Kind& kind : kKinds)
    if (kind.name == name) return &kind;
  return nullptr;
}

std::string_view next_word(std::string_view& text) {
  const auto from = text.find_first_not_of(" \t\n");
  if (from == std::string_view::npos) return {};
  const auto to = std::min(text.find_first_of(" \t\n", from), text.size());
  const std::string_view word = text.substr(from, to - from);
  text.remove_prefix(to);
  return word;
}

tl::unexpected<std::string> wrong(std::string text) {
  return tl::unexpected<std::string>(std::move(text));
}

}  // namespace

std::string Faults::help() {
  std::string text;
  for (const Kind& kind : kKinds) {
    text += "  " + std::string(kind.name);
    text.append(kind.name.size() < 20 ? 20 - kind.name.size() : 1, ' ');
    text += std::string(kind.text) + "\n";
  }
  return text;
}

tl::expected<std::string, std::string> Faults::command(std::string_view text) {
  const std::string_view verb = next_word(text);
  const std::string_view kind = next_word(text);
  const std::string_view number = next_word(text);
  if (!next_word(text).empty()) return wrong("too many words");
  if (verb == "set") return set(kind, number);
  if (!number.empty()) return wrong("too many words");
  if (verb == "clear") return clear(kind);
  if (verb == "list" && kind.empty()) return list();
  return wrong("'" + std::string(verb) + "' is none of set, clear, list");
}

tl::expected<std::string, std::string> Faults::set(std::string_view name, std::string_view number) {
  const Kind* kind = kind_named(name);
  if (kind == nullptr) return wrong("'" + std::string(name) + "' is no fault that the card knows");
  std::uint32_t value = kind->standard;
  if (!number.empty()) {
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (error != std::errc{} || end != number.data() + number.size() || value < kind->least ||
        value > kind->most)
      return wrong(std::string(name) + ": '" + std::string(number) + "' is not a number from " +
                   std::to_string(kind->least) + " to " + std::to_string(kind->most));
  } else if (value == kNoDefault) {
    return wrong(std::string(name) + ": which one?");
  }
  if (kind->fault == kFaultLoseState) {
    lose_state_ = true;
    return "done";
  }
  faults_ |= kind->fault;
  if (kind->fault == kFaultStall) stalled_ |= std::uint64_t{1} << value;
  if (kind->fault == kFaultDropIrq) drop_percent_ = value;
  if (kind->fault == kFaultSlow) slow_ms_ = value;
  if (kind->fault == kFaultLies) lies_.begin(value);
  return "done";
}

tl::expected<std::string, std::string> Faults::clear(std::string_view name) {
  const Kind* kind = kind_named(name);
  if (!name.empty() && kind == nullptr)
    return wrong("'" + std::string(name) + "' is no fault that the card knows");
  faults_ &= kind != nullptr ? ~std::uint32_t{kind->fault} : 0;
  if (!has(kFaultStall)) stalled_ = 0;
  return "done";
}

std::string Faults::list() const {
  std::string text;
  for (const Kind& kind : kKinds) {
    if (!has(kind.fault)) continue;
    if (!text.empty()) text += ", ";
    text += kind.name;
    if (kind.fault == kFaultDropIrq) text += " " + std::to_string(drop_percent_);
    if (kind.fault == kFaultSlow) text += " " + std::to_string(slow_ms_);
    for (std::uint32_t i = 0; kind.fault == kFaultStall && i < SPA_QUEUES; ++i)
      if (stalled(i)) text += " " + std::to_string(i);
  }
  return text.empty() ? "none" : text;
}

void Faults::on_reset() {
  faults_ &= ~std::uint32_t{kFaultHang | kFaultStall};
  stalled_ = 0;
}

bool Faults::drops_interrupt() {
  return has(kFaultDropIrq) && random_() % 100 < drop_percent_;
}

bool Faults::may_work(std::uint64_t now) {
  if (!has(kFaultSlow)) return true;
  if (now < works_at_) return false;
  works_at_ = now + std::uint64_t{slow_ms_} * 1'000'000;
  return true;
}

void Faults::noise(MutableByteView octets) {
  for (std::uint8_t& octet : octets) octet = static_cast<std::uint8_t>(random_() >> 8);
}

}  // namespace spa::card
