// SPDX-License-Identifier: Apache-2.0
// MSI-X vectors as the eventfds that a vfio-user client gives. Masking is the client's; while a
// vector has no eventfd, as for a moment when the client grows the set, what is raised is kept and
// delivered when one comes.
#pragma once

#include <spa/hw.h>

#include <array>
#include <bitset>

#include "firmware-sim/model/dma.h"
#include "firmware-sim/port/unique_fd.h"

namespace spa::card {

class VfioUserInterrupts final : public Interrupts {
 public:
  void raise(unsigned vector) override;
  // Replaces the eventfd of a vector below SPA_MSIX_VECTORS; an invalid one takes it away.
  void set(unsigned vector, UniqueFd eventfd);
  void remove_all();
  // Also forgets what was raised.
  void reset();

 private:
  std::array<UniqueFd, SPA_MSIX_VECTORS> eventfds_;
  std::bitset<SPA_MSIX_VECTORS> pending_;
};

}  // namespace spa::card
