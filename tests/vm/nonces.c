// SPDX-License-Identifier: Apache-2.0
// Runs in a guest: looks through what the card has sent and received for a nonce that came twice.
// RFC 4106 3.1: an initialisation vector used again under the same key breaks AES-GCM.
//   spa-nonces PCAP OCTETS
// Of every ESP packet in the capture (Ethernet, IPv4 or IPv6), the SPI with the sequence number,
// and the SPI with the OCTETS of the initialisation vector, may occur once. Prints how many packets
// there are.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  kPcapHeader = 24,
  kRecordHeader = 16,
  kEthernet = 14,
  kIpv4 = 0x0800,
  kIpv6 = 0x86dd,
  kIpv6Header = 40,
  kEspHeader = 8,
  kLongestVector = 16,
};

struct use {
  uint32_t spi;
  uint32_t kind;  // the sequence number, or the vector
  uint8_t value[kLongestVector];
  uint64_t packet;  // not compared
};

static struct use* uses;
static size_t count, room;

static void note(uint32_t spi, uint32_t kind, const uint8_t* value, size_t length,
                 uint64_t packet) {
  if (count == room) {
    room = room == 0 ? 4096 : 2 * room;
    uses = realloc(uses, room * sizeof *uses);
    if (uses == NULL) abort();
  }
  uses[count] = (struct use){.spi = spi, .kind = kind, .packet = packet};
  memcpy(uses[count++].value, value, length);
}

// Where the ESP header begins; 0 when the frame holds none.
static size_t esp_at(const uint8_t* frame, size_t length) {
  if (length < kEthernet + kIpv6Header) return 0;
  const unsigned type = (unsigned)frame[12] << 8 | frame[13];
  const uint8_t* ip = frame + kEthernet;
  size_t at = 0;
  if (type == kIpv4 && ip[9] == IPPROTO_ESP) at = kEthernet + (size_t)(ip[0] & 15) * 4;
  if (type == kIpv6 && ip[6] == IPPROTO_ESP) at = kEthernet + kIpv6Header;
  return at + kEspHeader + kLongestVector <= length ? at : 0;
}

static uint64_t read_capture(FILE* file, size_t vector) {
  static uint8_t frame[262144];
  uint8_t header[kRecordHeader];
  uint32_t length = 0;
  uint64_t packets = 0;
  if (fread(frame, kPcapHeader, 1, file) != 1) return 0;
  for (uint64_t number = 1; fread(header, sizeof header, 1, file) == 1; ++number) {
    memcpy(&length, header + 8, sizeof length);
    if (length > sizeof frame || fread(frame, length, 1, file) != 1) break;
    const size_t at = esp_at(frame, length);
    if (at == 0) continue;
    uint32_t spi = 0;
    memcpy(&spi, frame + at, sizeof spi);
    note(ntohl(spi), 0, frame + at + 4, 4, number);
    note(ntohl(spi), 1, frame + at + kEspHeader, vector, number);
    ++packets;
  }
  return packets;
}

static int compare(const void* left, const void* right) {
  return memcmp(left, right, offsetof(struct use, packet));
}

static bool all_once(void) {
  bool good = true;
  qsort(uses, count, sizeof *uses, compare);
  for (size_t i = 1; i < count; ++i) {
    if (compare(&uses[i - 1], &uses[i]) != 0) continue;
    good = false;
    fprintf(stderr, "SPI %08x: frames %llu and %llu have the same %s\n", uses[i].spi,
            (unsigned long long)uses[i - 1].packet, (unsigned long long)uses[i].packet,
            uses[i].kind == 0 ? "sequence number" : "initialisation vector");
  }
  return good;
}

int main(int argc, char** argv) {
  const size_t vector = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
  if (vector == 0 || vector > kLongestVector) {
    fprintf(stderr, "usage: spa-nonces PCAP OCTETS\n");
    return 2;
  }
  FILE* file = fopen(argv[1], "rb");
  if (file == NULL) {
    perror(argv[1]);
    return 2;
  }
  const uint64_t packets = read_capture(file, vector);
  fclose(file);
  printf("%llu ESP packets\n", (unsigned long long)packets);
  return packets > 0 && all_once() ? 0 : 1;
}
