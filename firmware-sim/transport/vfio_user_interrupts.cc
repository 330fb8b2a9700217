// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/transport/vfio_user_interrupts.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <utility>

namespace spa::card {

void VfioUserInterrupts::raise(unsigned vector) {
  if (vector >= eventfds_.size()) return;
  if (!eventfds_[vector].valid()) {
    pending_.set(vector);
    return;
  }
  const std::uint64_t one = 1;
  // An eventfd that is full is signalled already; one that is no eventfd is the client's own loss.
  (void)!::write(eventfds_[vector].get(), &one, sizeof one);
}

void VfioUserInterrupts::set(unsigned vector, UniqueFd eventfd) {
  if (vector >= eventfds_.size()) return;
  if (eventfd.valid()) {
    // Whatever the descriptor really is, writing to it must not stall the card.
    const int flags = ::fcntl(eventfd.get(), F_GETFL);
    if (flags >= 0) (void)::fcntl(eventfd.get(), F_SETFL, flags | O_NONBLOCK);
  }
  eventfds_[vector] = std::move(eventfd);
  if (eventfds_[vector].valid() && pending_.test(vector)) {
    pending_.reset(vector);
    raise(vector);
  }
}

void VfioUserInterrupts::remove_all() {
  for (UniqueFd& eventfd : eventfds_) eventfd.reset();
}

void VfioUserInterrupts::reset() {
  remove_all();
  pending_.reset();
}

}  // namespace spa::card
