// SPDX-License-Identifier: Apache-2.0
// spa-regs: prints the tables of <spa/hw.h> in Markdown; docs/hardware/registers.md is its output.
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
void print_text(std::string_view text) {
  for (const char letter : text) std::cout << (letter == '|' ? "\\" : "") << letter;
  std::cout << " |\n";
}

void row(const char* name, unsigned offset, int access, std::string_view text) {
  std::cout << "| 0x" << std::hex << std::setw(3) << std::setfill('0') << offset << " | " << name
            << " | " << access_name(access) << " | ";
  print_text(text);
}

void head(const char* title) {
  std::cout << "\n## " << title << "\n\n| Offset | Name | Access | Meaning |\n|---|---|---|---|\n";
}

void value_row(const char* name, unsigned value, std::string_view text) {
  std::cout << "| " << std::dec << value << " | " << name << " | ";
  print_text(text);
}

void value_head(const char* title, const char* column) {
  std::cout << "\n## " << title << "\n\n| " << column << " | Name | Meaning |\n|---|---|---|\n";
}

void print_registers() {
  head("Device");
#define SPA_X(name, offset, access, text) row(#name, offset, access, text);
  SPA_REGISTERS(SPA_X)
  head("Queue: one block each, at 0x1000 + queue * 0x40");
  SPA_QUEUE_REGISTERS(SPA_X)
#undef SPA_X
}

#define SPA_X(name, value, text) value_row(#name, value, text);

void print_device_values() {
  value_head("FEATURES (SPA_FEATURE_*)", "Bit");
  SPA_FEATURES(SPA_X)
  value_head("ERROR (SPA_ERROR_*)", "Value");
  SPA_ERRORS(SPA_X)
  value_head("Commands of the admin queue (SPA_CMD_*)", "Opcode");
  SPA_COMMANDS(SPA_X)
  value_head("Status of a completion (SPA_*)", "Value");
  SPA_STATUSES(SPA_X)
  value_head("Events (SPA_EVENT_*)", "Type");
  SPA_EVENTS(SPA_X)
  value_head("Sections of a crash dump (SPA_DUMP_*)", "Type");
  SPA_DUMP_TYPES(SPA_X)
}

void print_packet_values() {
  value_head("Flags of a tx descriptor (SPA_TX_*)", "Bit");
  SPA_TX_FLAGS(SPA_X)
  value_head("Flags of a completion (SPA_CPL_*)", "Bit");
  SPA_COMPLETION_FLAGS(SPA_X)
  value_head("What a flow hash covers (SPA_HASH_*)", "Value");
  SPA_HASHES(SPA_X)
  value_head("Flags of struct spa_rss (SPA_RSS_*)", "Bit");
  SPA_RSS_FLAGS(SPA_X)
  value_head("Flags of an SA (SPA_SA_*)", "Bit");
  SPA_SA_FLAGS(SPA_X)
  value_head("Directions of a policy (SPA_POLICY_*)", "Value");
  SPA_POLICY_DIRECTIONS(SPA_X)
  value_head("Actions of a policy (SPA_POLICY_*)", "Value");
  SPA_POLICY_ACTIONS(SPA_X)
}

#undef SPA_X

}  // namespace

int main() {
  std::cout << "# Registers and numbers\n\nMade from include/spa/hw.h by `build/bin/spa-regs`; do "
               "not edit. Registers are 32 bits wide, little-endian, aligned.\n";
  print_registers();
  print_device_values();
  print_packet_values();
  return 0;
}
