// SPDX-License-Identifier: Apache-2.0
// Runs in a guest: datagrams between many pairs of addresses by two processes, where a ping for
// each pair would take two hundred.
//   spa-echo answer PORT        sends every datagram back, from the address that it came to, until
//   killed spa-echo ask PORT COUNT     a pair "FROM TO" on each line of standard input: COUNT
//   datagrams from FROM to TO, each
//                               of another size, one after the other; some pairs at a time. Writes
//                               one line a pair: its number, from 1, and "ok" or what is wrong
// The answer must be the question, octet for octet.
#define _GNU_SOURCE  // struct in6_pktinfo
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// At a time: fewer than the frames that a wire of datagram sockets holds (net.unix.max_dgram_qlen
// is 10).
enum { kPairsAtATime = 4, kSeconds = 20, kOctetsMost = 1024 };

struct pair {
  int number;
  int fd;
  int sent;
  int64_t deadline;
  char problem[128];
};

static int fail(const char* what) {
  perror(what);
  return 1;
}

static int64_t milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// ---- answer

static int answer_one(int fd) {
  static char data[65536];
  _Alignas(struct cmsghdr) char control[256];
  struct sockaddr_in6 from;
  struct iovec part = {.iov_base = data, .iov_len = sizeof data};
  struct msghdr message = {.msg_name = &from,
                           .msg_namelen = sizeof from,
                           .msg_iov = &part,
                           .msg_iovlen = 1,
                           .msg_control = control,
                           .msg_controllen = sizeof control};
  const ssize_t got = recvmsg(fd, &message, 0);
  if (got < 0) return fail("recvmsg");
  part.iov_len = (size_t)got;
  // The address that it came to goes back as it is; the way out is the routes' affair.
  for (struct cmsghdr* c = CMSG_FIRSTHDR(&message); c != NULL; c = CMSG_NXTHDR(&message, c))
    if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO)
      ((struct in6_pktinfo*)CMSG_DATA(c))->ipi6_ifindex = 0;
  // What cannot be sent back is missed by who asked.
  if (sendmsg(fd, &message, 0) < 0) perror("sendmsg");
  return 0;
}

static int answer(const char* port) {
  const int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  const struct sockaddr_in6 any = {.sin6_family = AF_INET6,
                                   .sin6_port = htons((uint16_t)atoi(port))};
  if (setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on) != 0) return fail("pktinfo");
  if (bind(fd, (const struct sockaddr*)&any, sizeof any) != 0) return fail("bind");
  puts("ready");
  fflush(stdout);
  while (answer_one(fd) == 0) continue;
  return 1;
}

// ---- ask

static struct addrinfo* resolve(const char* host, const char* port) {
  const struct addrinfo hints = {.ai_socktype = SOCK_DGRAM,
                                 .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
  struct addrinfo* found = NULL;
  return getaddrinfo(host, port, &hints, &found) == 0 ? found : NULL;
}

static void open_pair(struct pair* p, const char* from, const char* to, const char* port) {
  struct addrinfo* own = resolve(from, "0");
  struct addrinfo* other = resolve(to, port);
  p->fd = -1;
  if (own == NULL || other == NULL) {
    snprintf(p->problem, sizeof p->problem, "not addresses: %s %s", from, to);
  } else {
    p->fd = socket(own->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (p->fd < 0 || bind(p->fd, own->ai_addr, own->ai_addrlen) != 0 ||
        connect(p->fd, other->ai_addr, other->ai_addrlen) != 0)
      snprintf(p->problem, sizeof p->problem, "%s to %s: %s", from, to, strerror(errno));
  }
  freeaddrinfo(own);
  freeaddrinfo(other);
}

// Every remainder of a block length comes up among a few datagrams.
static size_t make(uint8_t* data, const struct pair* p, int n) {
  const size_t octets = (size_t)(1 + (p->number * 37 + n * 151) % kOctetsMost);
  for (size_t i = 0; i < octets; ++i)
    data[i] = (uint8_t)((size_t)p->number + 3 * (size_t)n + 7 * i);
  return octets;
}

static void send_next(struct pair* p) {
  uint8_t data[kOctetsMost];
  const size_t octets = make(data, p, p->sent);
  if (send(p->fd, data, octets, 0) != (ssize_t)octets)
    snprintf(p->problem, sizeof p->problem, "datagram %d: %s", p->sent + 1, strerror(errno));
  ++p->sent;
  p->deadline = milliseconds() + kSeconds * 1000;
}

static void compare(struct pair* p) {
  uint8_t wanted[kOctetsMost];
  uint8_t data[2 * kOctetsMost];
  const size_t octets = make(wanted, p, p->sent - 1);
  const ssize_t got = recv(p->fd, data, sizeof data, 0);
  if (got < 0)
    snprintf(p->problem, sizeof p->problem, "datagram %d: %s", p->sent, strerror(errno));
  else if ((size_t)got != octets || memcmp(data, wanted, octets) != 0)
    snprintf(p->problem, sizeof p->problem, "datagram %d came back as another", p->sent);
}

// advance: true when the pair has nothing more to do.
static int advance(struct pair* p, int readable, int count) {
  if (p->problem[0] == 0 && p->sent > 0) {
    if (readable)
      compare(p);
    else if (milliseconds() > p->deadline)
      snprintf(p->problem, sizeof p->problem, "no answer to datagram %d", p->sent);
    else
      return 0;
  }
  if (p->problem[0] == 0 && p->sent < count) {
    send_next(p);
    return 0;
  }
  printf("%d %s\n", p->number, p->problem[0] == 0 ? "ok" : p->problem);
  if (p->fd >= 0) close(p->fd);
  return 1;
}

// read_pair: the next line of input; false at its end.
static int read_pair(struct pair* p, int number, const char* port) {
  char from[64];
  char to[64];
  if (scanf("%63s %63s", from, to) != 2) return 0;
  memset(p, 0, sizeof *p);
  p->number = number;
  open_pair(p, from, to, port);
  return 1;
}

static int ask(const char* port, int count) {
  struct pair pairs[kPairsAtATime];
  struct pollfd wait[kPairsAtATime];
  int under_way = 0;
  int number = 0;
  for (;;) {
    while (under_way < kPairsAtATime && read_pair(&pairs[under_way], number + 1, port)) {
      wait[under_way] = (struct pollfd){.fd = pairs[under_way].fd, .events = POLLIN};
      ++number;
      ++under_way;
    }
    if (under_way == 0) return number > 0 ? 0 : 1;
    for (int i = under_way - 1; i >= 0; --i) {
      if (!advance(&pairs[i], (wait[i].revents & (POLLIN | POLLERR)) != 0, count)) continue;
      --under_way;
      pairs[i] = pairs[under_way];
      wait[i] = wait[under_way];
    }
    if (under_way > 0 && poll(wait, (nfds_t)under_way, 1000) < 0) return fail("poll");
  }
}

int main(int argc, char** argv) {
  if (argc == 3 && strcmp(argv[1], "answer") == 0) return answer(argv[2]);
  if (argc == 4 && strcmp(argv[1], "ask") == 0) return ask(argv[2], atoi(argv[3]));
  fprintf(stderr, "usage: spa-echo answer PORT | ask PORT COUNT\n");
  return 2;
}
