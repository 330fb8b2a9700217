// SPDX-License-Identifier: Apache-2.0
// spa-regs: prints the register tables of <spa/hw.h> in Markdown; docs/hardware/registers.md is its
// output.
#include <spa/hw.h>

#include <iomanip>
#include <iostream>
#include <string_view>

namespace {

const char* access_name(int access) {
  switch (access) {
    case SPA_RO:
      return "ro";
    case SPA_WO:
      return "wo";
    default:
      return "rw";
  }
}

// A bar in the text would end the cell.
void row(const char* name, unsigned offset, int access, std::string_view text) {
  std::cout << "| 0x" << std::hex << std::setw(3) << std::setfill('0') << offset << " | " << name
            << " | " << access_name(access) << " | ";
  for (const char letter : text) std::cout << (letter == '|' ? "\\" : "") << letter;
  std::cout << " |\n";
}

void head(const char* title) {
  std::cout << "\n## " << title << "\n\n| Offset | Name | Access | Meaning |\n|---|---|---|---|\n";
}

}  // namespace

int main() {
  std::cout << "# Registers\n\nMade from include/spa/hw.h by `build/bin/spa-regs`; do not edit. "
               "All are 32 bits wide, "
               "little-endian, aligned.\n";
  head("Device");
#define SPA_X(name, offset, access, text) row(#name, offset, access, text);
  SPA_REGISTERS(SPA_X)
  head("Queue: one block each, at 0x1000 + queue * 0x40");
  SPA_QUEUE_REGISTERS(SPA_X)
#undef SPA_X
  return 0;
}
