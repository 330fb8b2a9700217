// SPDX-License-Identifier: Apache-2.0
// Programs XFRM states and policies with packet offload, which Debian 12's iproute2 does not know.
//   spa-xfrm state DEVICE in|out SRC DST SPI REQID ALGORITHM transport|tunnel [OPTION...]
//       ALGORITHM: NAME=KEY/ICV-BITS (combined mode), CIPHER=KEY+HMAC=KEY/ICV-BITS, or KEY alone
//       (AES-GCM), each key in hexadecimal, with its salt. OPTION: esn, window N, seq N,
//       soft-packets N, hard-packets N, crypto, encap PORT (ESP in UDP, both ports)
//   spa-xfrm policy DEVICE in|out SRC/PREFIX DST/PREFIX PRIORITY REQID transport|tunnel OUTER-SRC
//   OUTER-DST spa-xfrm policy DEVICE in|out SRC/PREFIX DST/PREFIX PRIORITY allow|block
//   spa-xfrm batch: lines of these on standard input, up to the first that is refused
// SPI and numbers are read as C does (0x for hexadecimal). The answer of the kernel is the exit
// status.
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/udp.h>
#include <linux/xfrm.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef XFRM_OFFLOAD_PACKET
#define XFRM_OFFLOAD_PACKET 4
#endif

enum { kRoom = 4096, kWords = 24, kNameOctets = 64, kKeyMost = 64 };

struct request {
  struct nlmsghdr header;
  char body[kRoom];
};

static void die(const char* what) {
  fprintf(stderr, "spa-xfrm: %s\n", what);
  exit(2);
}

static void* append(struct request* r, const void* data, size_t size) {
  void* at = (char*)r + NLMSG_ALIGN(r->header.nlmsg_len);
  if (NLMSG_ALIGN(r->header.nlmsg_len) + size > sizeof *r) die("request too long");
  memcpy(at, data, size);
  r->header.nlmsg_len = NLMSG_ALIGN(r->header.nlmsg_len) + (uint32_t)size;
  return at;
}

static void attribute(struct request* r, uint16_t type, const void* data, size_t size) {
  const struct nlattr header = {.nla_len = (uint16_t)(NLA_HDRLEN + size), .nla_type = type};
  append(r, &header, sizeof header);
  memcpy((char*)r + r->header.nlmsg_len, data, size);
  r->header.nlmsg_len += (uint32_t)size;
}

static int address(const char* text, xfrm_address_t* to) {
  memset(to, 0, sizeof *to);
  if (inet_pton(AF_INET, text, to) == 1) return AF_INET;
  if (inet_pton(AF_INET6, text, to) == 1) return AF_INET6;
  die("not an address");
  return 0;
}

static uint64_t number(const char* text) {
  return strtoull(text, NULL, 0);
}

static int inbound(const char* direction) {
  return strcmp(direction, "in") == 0;
}

static uint8_t mode(const char* text) {
  return strcmp(text, "tunnel") == 0 ? XFRM_MODE_TUNNEL : XFRM_MODE_TRANSPORT;
}

static void offload(struct request* r, const char* device, const char* direction, int flags) {
  const struct xfrm_user_offload o = {
      .ifindex = (int)if_nametoindex(device),
      .flags = (uint8_t)(flags | (inbound(direction) ? XFRM_OFFLOAD_INBOUND : 0)),
  };
  if (o.ifindex == 0) die("no such device");
  attribute(r, XFRMA_OFFLOAD_DEV, &o, sizeof o);
}

static void unlimited(struct xfrm_lifetime_cfg* l) {
  memset(l, 0, sizeof *l);
  l->soft_byte_limit = l->hard_byte_limit = l->soft_packet_limit = l->hard_packet_limit = XFRM_INF;
}

// Sends the request; the kernel's text, where it gives one, is shown.
static int ask(struct request* r) {
  union {
    struct nlmsghdr header;
    char octets[kRoom];
  } answer;
  const int on = 1;
  const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_XFRM);
  setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
  setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
  if (send(fd, r, r->header.nlmsg_len, 0) < 0) die(strerror(errno));
  const ssize_t got = recv(fd, &answer, sizeof answer, 0);
  close(fd);
  if (got < (ssize_t)NLMSG_LENGTH(sizeof(struct nlmsgerr)) ||
      answer.header.nlmsg_type != NLMSG_ERROR)
    die("no answer");
  const struct nlmsgerr* error = NLMSG_DATA(&answer.header);
  if (error->error == 0) return 0;
  fprintf(stderr, "spa-xfrm: %s\n", strerror(-error->error));
  if ((answer.header.nlmsg_flags & NLM_F_ACK_TLVS) != 0 &&
      (answer.header.nlmsg_flags & NLM_F_CAPPED) != 0) {
    const struct nlattr* text = (const struct nlattr*)(error + 1);
    if (text->nla_type == NLMSGERR_ATTR_MSG)
      fprintf(stderr, "spa-xfrm: %s\n", (const char*)(text + 1));
  }
  return 1;
}

static void begin(struct request* r, uint16_t type) {
  memset(r, 0, sizeof *r);
  r->header.nlmsg_len = NLMSG_HDRLEN;
  r->header.nlmsg_type = type;
  r->header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
}

// ---- States

struct state_options {
  struct xfrm_usersa_info info;
  int esn;
  uint32_t window;
  uint64_t seq;
  int flags;
  uint16_t encap;  // 0: plain ESP
};

static void parse_options(struct state_options* s, char** word) {
  s->window = 64;
  s->flags = XFRM_OFFLOAD_PACKET;
  for (; *word != NULL; ++word) {
    if (strcmp(*word, "esn") == 0) {
      s->esn = 1;
    } else if (strcmp(*word, "crypto") == 0) {
      s->flags = 0;
    } else if (word[1] == NULL) {
      die("an option lacks its number");
    } else if (strcmp(*word, "window") == 0) {
      s->window = (uint32_t)number(*++word);
    } else if (strcmp(*word, "seq") == 0) {
      s->seq = number(*++word);
    } else if (strcmp(*word, "encap") == 0) {
      s->encap = (uint16_t)number(*++word);
    } else if (strcmp(*word, "soft-packets") == 0) {
      s->info.lft.soft_packet_limit = number(*++word);
    } else if (strcmp(*word, "hard-packets") == 0) {
      s->info.lft.hard_packet_limit = number(*++word);
    } else {
      die("no such option");
    }
  }
}

static size_t from_hex(char* to, size_t room, const char* hex) {
  if (strncmp(hex, "0x", 2) == 0) hex += 2;
  const size_t octets = strlen(hex) / 2;
  if (octets > room) die("key too long");
  for (size_t i = 0; i < octets; ++i) {
    const char pair[] = {hex[2 * i], hex[2 * i + 1], 0};
    to[i] = (char)strtoul(pair, NULL, 16);
  }
  return octets;
}

// NAME=KEY or NAME=KEY/BITS. xfrm_algo_auth and xfrm_algo_aead have the number of bits between the
// key's length and the key, xfrm_algo has not.
static void add_algorithm(struct request* r, uint16_t type, char* text) {
  char room[sizeof(struct xfrm_algo_aead) + kKeyMost] = {0};
  char* key = strchr(text, '=');
  if (key == NULL || key - text >= kNameOctets) die("an algorithm is not NAME=KEY");
  *key++ = 0;
  char* bits = strchr(key, '/');
  if (bits != NULL) *bits++ = 0;
  const size_t head =
      type == XFRMA_ALG_CRYPT ? sizeof(struct xfrm_algo) : sizeof(struct xfrm_algo_aead);
  const size_t octets = from_hex(room + head, kKeyMost, key);
  const uint32_t lengths[] = {(uint32_t)octets * 8, bits == NULL ? 0 : (uint32_t)number(bits)};
  strcpy(room, text);
  memcpy(room + kNameOctets, lengths, head - kNameOctets);
  attribute(r, type, room, head + octets);
}

// A key alone is one of AES-GCM.
static void add_algorithms(struct request* r, const char* text) {
  char words[512];
  if (strchr(text, '=') == NULL)
    snprintf(words, sizeof words, "rfc4106(gcm(aes))=%s/128", text);
  else
    snprintf(words, sizeof words, "%s", text);
  char* hmac = strchr(words, '+');
  if (hmac == NULL) {
    add_algorithm(r, XFRMA_ALG_AEAD, words);
    return;
  }
  *hmac++ = 0;
  add_algorithm(r, XFRMA_ALG_CRYPT, words);
  add_algorithm(r, XFRMA_ALG_AUTH_TRUNC, hmac);
}

// The replay state in the form with any window and both halves of the number.
static void add_replay(struct request* r, const struct state_options* s, int in) {
  enum { kWindowWords = 128 };
  _Alignas(8) unsigned char
      room[sizeof(struct xfrm_replay_state_esn) + kWindowWords * sizeof(uint32_t)] = {0};
  struct xfrm_replay_state_esn* e = (struct xfrm_replay_state_esn*)room;
  const uint32_t words = (s->window + 31) / 32;
  if (words > kWindowWords) die("window too wide");
  e->bmp_len = words;
  e->replay_window = s->window;
  if (in) {
    e->seq = (uint32_t)s->seq;
    e->seq_hi = (uint32_t)(s->seq >> 32);
  } else {
    e->oseq = (uint32_t)s->seq;
    e->oseq_hi = (uint32_t)(s->seq >> 32);
  }
  attribute(r, XFRMA_REPLAY_ESN_VAL, e, sizeof *e + words * sizeof(uint32_t));
}

// RFC 3948
static void add_encapsulation(struct request* r, uint16_t port) {
  struct xfrm_encap_tmpl e;
  if (port == 0) return;
  memset(&e, 0, sizeof e);
  e.encap_type = UDP_ENCAP_ESPINUDP;
  e.encap_sport = e.encap_dport = htons(port);
  attribute(r, XFRMA_ENCAP, &e, sizeof e);
}

// DEVICE DIRECTION SRC DST SPI REQID KEY MODE OPTION...
static int add_state(char** word) {
  struct request r;
  struct state_options s;
  memset(&s, 0, sizeof s);
  unlimited(&s.info.lft);
  parse_options(&s, word + 8);
  s.info.family = (uint16_t)address(word[2], &s.info.saddr);
  address(word[3], &s.info.id.daddr);
  s.info.id.proto = IPPROTO_ESP;
  s.info.id.spi = htonl((uint32_t)number(word[4]));
  s.info.reqid = (uint32_t)number(word[5]);
  s.info.mode = mode(word[7]);
  if (s.esn) s.info.flags |= XFRM_STATE_ESN;
  // Any family inside.
  if (s.info.mode == XFRM_MODE_TUNNEL) s.info.flags |= XFRM_STATE_AF_UNSPEC;
  begin(&r, XFRM_MSG_NEWSA);
  append(&r, &s.info, sizeof s.info);
  add_algorithms(&r, word[6]);
  add_replay(&r, &s, inbound(word[1]));
  add_encapsulation(&r, s.encap);
  offload(&r, word[0], word[1], s.flags);
  return ask(&r);
}

// ---- Policies

static void selector(struct xfrm_selector* sel, char* src, char* dst) {
  char* bits = strchr(src, '/');
  if (bits == NULL) die("a prefix is missing");
  *bits++ = 0;
  sel->family = (uint16_t)address(src, &sel->saddr);
  sel->prefixlen_s = (uint8_t)number(bits);
  bits = strchr(dst, '/');
  if (bits == NULL) die("a prefix is missing");
  *bits++ = 0;
  address(dst, &sel->daddr);
  sel->prefixlen_d = (uint8_t)number(bits);
}

static void add_template(struct request* r, char** word) {
  struct xfrm_user_tmpl t;
  memset(&t, 0, sizeof t);
  t.reqid = (uint32_t)number(word[0]);
  t.mode = mode(word[1]);
  t.family = (uint16_t)address(word[2], &t.saddr);
  address(word[3], &t.id.daddr);
  t.id.proto = IPPROTO_ESP;
  t.aalgos = t.ealgos = t.calgos = ~0u;
  attribute(r, XFRMA_TMPL, &t, sizeof t);
}

// DEVICE DIRECTION SRC DST PRIORITY, then allow, block, or REQID MODE OUTER-SRC OUTER-DST
static int add_policy(int words, char** word) {
  struct request r;
  struct xfrm_userpolicy_info p;
  memset(&p, 0, sizeof p);
  unlimited(&p.lft);
  selector(&p.sel, word[2], word[3]);
  p.priority = (uint32_t)number(word[4]);
  p.dir = inbound(word[1]) ? XFRM_POLICY_IN : XFRM_POLICY_OUT;
  p.action = strcmp(word[5], "block") == 0 ? XFRM_POLICY_BLOCK : XFRM_POLICY_ALLOW;
  begin(&r, XFRM_MSG_NEWPOLICY);
  append(&r, &p, sizeof p);
  if (words >= 9) add_template(&r, word + 5);
  // Of a policy the kernel knows the direction, and takes no flag for it.
  offload(&r, word[0], "out", XFRM_OFFLOAD_PACKET);
  return ask(&r);
}

static int usage(void) {
  fprintf(stderr, "usage: spa-xfrm state|policy|batch ... (see the head of xfrm_packet.c)\n");
  return 2;
}

static int run(int words, char** word) {
  if (words >= 9 && strcmp(word[0], "state") == 0) return add_state(word + 1);
  if (words >= 7 && strcmp(word[0], "policy") == 0) return add_policy(words - 1, word + 1);
  return usage();
}

// Ends at the first line that is refused.
static int run_batch(void) {
  char line[1024];
  char whole[1024];
  while (fgets(line, sizeof line, stdin) != NULL) {
    char* word[kWords + 1] = {NULL};
    int words = 0;
    strcpy(whole, line);
    for (char* w = strtok(line, " \n"); w != NULL && words < kWords; w = strtok(NULL, " \n"))
      word[words++] = w;
    if (words == 0 || run(words, word) == 0) continue;
    fprintf(stderr, "spa-xfrm: the line was: %s", whole);
    return 1;
  }
  return 0;
}

int main(int argc, char** argv) {
  if (argc == 2 && strcmp(argv[1], "batch") == 0) return run_batch();
  return argc > 1 ? run(argc - 1, argv + 1) : usage();
}
