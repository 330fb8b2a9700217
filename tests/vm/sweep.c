// SPDX-License-Identifier: Apache-2.0
// Runs in a guest: one ping to each of many addresses, so that every tunnel of many carries a
// packet in both directions.
//   spa-sweep FIRST COUNT   IPv4 address; asks again for a minute, ends with 0 when all have
//   answered
#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { kMost = 4096, kRounds = 120, kRoundMs = 500 };

static bool answered[kMost];
static uint32_t first, count, left;
static uint16_t own;

static uint16_t checksum(const uint16_t* words, size_t octets) {
  uint32_t sum = 0;
  for (size_t i = 0; i < octets / 2; ++i) sum += words[i];
  return (uint16_t)~(sum + (sum >> 16));
}

static void ask(int fd, uint32_t i) {
  struct icmphdr echo = {.type = ICMP_ECHO,
                         .un.echo = {.id = htons(own), .sequence = htons((uint16_t)i)}};
  const struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(first + i)};
  echo.checksum = checksum((const uint16_t*)&echo, sizeof echo);
  // What is lost now is asked again.
  (void)sendto(fd, &echo, sizeof echo, 0, (const struct sockaddr*)&to, sizeof to);
}

static void take(int fd) {
  uint8_t packet[256];
  struct sockaddr_in from;
  socklen_t length = sizeof from;
  struct icmphdr echo;
  const ssize_t got =
      recvfrom(fd, packet, sizeof packet, MSG_DONTWAIT, (struct sockaddr*)&from, &length);
  if (got < (ssize_t)(sizeof(struct iphdr) + sizeof echo)) return;
  memcpy(&echo, packet + sizeof(struct iphdr), sizeof echo);
  const uint32_t i = ntohl(from.sin_addr.s_addr) - first;
  if (echo.type != ICMP_ECHOREPLY || ntohs(echo.un.echo.id) != own || i >= count || answered[i])
    return;
  answered[i] = true;
  --left;
}

static long now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void round_of_questions(int fd) {
  const long end = now_ms() + kRoundMs;
  struct pollfd readable = {.fd = fd, .events = POLLIN};
  for (uint32_t i = 0; i < count; ++i) {
    if (!answered[i]) ask(fd, i);
    while (poll(&readable, 1, 0) == 1) take(fd);
  }
  // Not "until nothing comes": other pings' answers come here too.
  while (left > 0 && now_ms() < end) {
    if (poll(&readable, 1, kRoundMs) == 1) take(fd);
  }
}

int main(int argc, char** argv) {
  struct in_addr address;
  if (argc != 3 || inet_pton(AF_INET, argv[1], &address) != 1) {
    fprintf(stderr, "usage: spa-sweep FIRST COUNT\n");
    return 2;
  }
  first = ntohl(address.s_addr);
  left = count = (uint32_t)strtoul(argv[2], NULL, 10);
  own = (uint16_t)getpid();
  const int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
  if (fd < 0 || count == 0 || count > kMost) {
    perror("spa-sweep");
    return 2;
  }
  for (int i = 0; i < kRounds && left > 0; ++i) round_of_questions(fd);
  printf("%u of %u answered\n", count - left, count);
  return left > 0;
}
