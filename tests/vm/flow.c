// SPDX-License-Identifier: Apache-2.0
// Runs in a guest: traffic that is easy to check, and the socket that UDP encapsulation needs.
//   spa-flow receive PORT OCTETS      takes one TCP connection (IPv4 or IPv6), checks every octet,
//                                     ends with 0 when all came and were right; OCTETS 0: any
//                                     number
//   spa-flow send HOST PORT OCTETS    the other side; OCTETS 0: a little at a time until SIGTERM
//   spa-flow espinudp PORT            keeps a UDP socket that gives ESP in UDP (RFC 3948) to the
//                                     kernel, until killed
#include <linux/udp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { kChunk = 65536, kLittle = 4096, kPauseUs = 20000 };

static volatile sig_atomic_t told_to_stop;

static void stop(int signal) {
  (void)signal;
  told_to_stop = 1;
}

// A pattern without the period of any segment size.
static uint8_t octet_at(uint64_t at) {
  return (uint8_t)(at * 2654435761u >> 13);
}

static void fill(uint8_t* buffer, uint64_t at) {
  for (int i = 0; i < kChunk; ++i) buffer[i] = octet_at(at + (uint64_t)i);
}

static int fail(const char* what) {
  perror(what);
  return 1;
}

static int listen_at(const char* port) {
  const int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)atoi(port))};
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, (struct sockaddr*)&any, sizeof any) != 0 || listen(fd, 1) != 0) return -1;
  return fd;
}

static int receive_flow(const char* port, uint64_t octets) {
  static uint8_t buffer[kChunk];
  const int listener = listen_at(port);
  if (listener < 0) return fail("listen");
  const int fd = accept(listener, NULL, NULL);
  if (fd < 0) return fail("accept");
  uint64_t at = 0;
  for (ssize_t got; (got = read(fd, buffer, sizeof buffer)) > 0; at += (uint64_t)got) {
    for (ssize_t i = 0; i < got; ++i) {
      if (buffer[i] == octet_at(at + (uint64_t)i)) continue;
      fprintf(stderr, "octet %llu is wrong\n", (unsigned long long)(at + (uint64_t)i));
      return 1;
    }
  }
  if (at == octets || (octets == 0 && at != 0)) return 0;
  fprintf(stderr, "%llu octets came of %llu\n", (unsigned long long)at, (unsigned long long)octets);
  return 1;
}

static int connect_to(const char* host, const char* port) {
  const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                 .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
  struct addrinfo* found = NULL;
  if (getaddrinfo(host, port, &hints, &found) != 0) return -1;
  int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) != 0) {
    close(fd);
    fd = -1;
  }
  freeaddrinfo(found);
  return fd;
}

static int send_flow(const char* host, const char* port, uint64_t octets) {
  static uint8_t buffer[kChunk];
  const int fd = connect_to(host, port);
  if (fd < 0) return fail("connect");
  for (uint64_t at = 0; at < octets;) {
    fill(buffer, at);
    const uint64_t most = octets - at < kChunk ? octets - at : kChunk;
    const ssize_t sent = write(fd, buffer, most);
    if (sent <= 0) return fail("write");
    at += (uint64_t)sent;
  }
  return close(fd) == 0 ? 0 : fail("close");
}

static int send_until_told(const char* host, const char* port) {
  static uint8_t buffer[kChunk];
  const struct sigaction action = {.sa_handler = stop};  // a write that waits is interrupted
  sigaction(SIGTERM, &action, NULL);
  const int fd = connect_to(host, port);
  if (fd < 0) return fail("connect");
  for (uint64_t at = 0; !told_to_stop;) {
    fill(buffer, at);
    const ssize_t sent = write(fd, buffer, kLittle);
    if (sent <= 0 && !told_to_stop) return fail("write");
    if (sent > 0) at += (uint64_t)sent;
    usleep(kPauseUs);
  }
  return close(fd) == 0 ? 0 : fail("close");
}

static int keep_espinudp(const char* port) {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const int type = UDP_ENCAP_ESPINUDP;
  const struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
  if (bind(fd, (const struct sockaddr*)&any, sizeof any) != 0) return fail("bind");
  if (setsockopt(fd, IPPROTO_UDP, UDP_ENCAP, &type, sizeof type) != 0) return fail("UDP_ENCAP");
  puts("ready");
  fflush(stdout);
  pause();
  return 0;
}

int main(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);
  if (argc == 3 && strcmp(argv[1], "espinudp") == 0) return keep_espinudp(argv[2]);
  alarm(300);
  if (argc == 4 && strcmp(argv[1], "receive") == 0)
    return receive_flow(argv[2], strtoull(argv[3], NULL, 10));
  if (argc == 5 && strcmp(argv[1], "send") == 0 && strcmp(argv[4], "0") == 0)
    return send_until_told(argv[2], argv[3]);
  if (argc == 5 && strcmp(argv[1], "send") == 0)
    return send_flow(argv[2], argv[3], strtoull(argv[4], NULL, 10));
  fprintf(stderr, "usage: spa-flow receive PORT OCTETS | send HOST PORT OCTETS | espinudp PORT\n");
  return 2;
}
