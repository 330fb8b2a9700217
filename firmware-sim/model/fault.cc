// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/model/fault.h"

#include "firmware-sim/base/octets.h"

namespace spa::card {
namespace {

constexpr std::uint8_t kNoSuchStatus = 0xee;
constexpr std::uint32_t kNoSuchLength = 0xfffffff0u;
constexpr std::uint32_t kNoSuchSa = 0x7fffffffu;
constexpr std::uint16_t kIndexOff = 0x1234;

}  // namespace

void FaultInjector::spoil_rx(spa_completion& completion) {
  spoil_other(completion);
  if (due(kFaultRxLength)) completion.length = to_le(kNoSuchLength);
  if (due(kFaultSaIndex)) completion.sa_index = to_le(kNoSuchSa);
  if (due(kFaultRxIndex)) {
    completion.index = to_le(static_cast<std::uint16_t>(from_le(completion.index) + kIndexOff));
  }
}

void FaultInjector::spoil_pk(spa_completion& completion) {
  spoil_other(completion);
  if (due(kFaultPkLength)) completion.length = to_le(kNoSuchLength);
}

void FaultInjector::spoil_other(spa_completion& completion) {
  ++count_;
  if (due(kFaultStatus)) completion.status = kNoSuchStatus;
}

}  // namespace spa::card
