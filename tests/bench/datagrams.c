// SPDX-License-Identifier: Apache-2.0
// Runs in a guest: the traffic of tests/bench/instructions.vm.sh. As few instructions of its own as
// a program can have.
//   spa-datagrams send HOST PORT COUNT OCTETS
//       COUNT datagrams in IPv4 packets of OCTETS octets
//   spa-datagrams sink PORT
//       a socket that is never read and drops them, until killed
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { kHeaders = 28, kLargest = 65507 };

static int fail(const char* what) {
  perror(what);
  return 1;
}

static int connect_to(const char* host, const char* port) {
  const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_DGRAM};
  struct addrinfo* found = NULL;
  if (getaddrinfo(host, port, &hints, &found) != 0) return -1;
  const int fd = socket(found->ai_family, found->ai_socktype | SOCK_CLOEXEC, 0);
  const int failed = fd < 0 || connect(fd, found->ai_addr, found->ai_addrlen) != 0;
  freeaddrinfo(found);
  return failed ? -1 : fd;
}

static int send_all(int fd, long count, int octets) {
  static char payload[kLargest];
  if (octets < kHeaders || octets - kHeaders > kLargest) {
    fprintf(stderr, "spa-datagrams: there is no IPv4 packet of UDP with %d octets\n", octets);
    return 2;
  }
  const size_t size = (size_t)(octets - kHeaders);
  for (; count > 0; --count)
    if (send(fd, payload, size, 0) != (ssize_t)size) return fail("send");
  return 0;
}

static int keep_sink(const char* port) {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons((in_port_t)atoi(port))};
  const int smallest = 1;
  if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &smallest, sizeof smallest) != 0 ||
      bind(fd, (const struct sockaddr*)&any, sizeof any) != 0)
    return fail("bind");
  for (;;) pause();
}

int main(int argc, char** argv) {
  if (argc == 3 && strcmp(argv[1], "sink") == 0) return keep_sink(argv[2]);
  if (argc == 6 && strcmp(argv[1], "send") == 0) {
    const int fd = connect_to(argv[2], argv[3]);
    if (fd < 0) return fail("connect");
    return send_all(fd, atol(argv[4]), atoi(argv[5]));
  }
  fprintf(stderr, "usage: spa-datagrams send HOST PORT COUNT OCTETS | sink PORT\n");
  return 2;
}
