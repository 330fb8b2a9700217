// SPDX-License-Identifier: Apache-2.0
// Runs in a guest: the operations of /dev/spaN against OpenSSL's, and the interface against misuse.
//   spa-pk-check DEVICE          prints "ok - …" and "not ok - …", ends with 1 when anything failed
//   spa-pk-check --hold DEVICE   opens it, prints "holding" and waits until the card is gone
//   spa-pk-check --cancelled DEVICE   asks a card that does not answer, prints "waiting"; 0 when
//   all comes back as -ECANCELED, for software to do, and the card answers again
//   spa-pk-check --once DEVICE   one operation: 0 when it is answered, 1 when it is refused for
//   want of memory, 2 when it is anything else
#include <errno.h>
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/dh.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tests/vm/pk_device.h"

enum { kCancelled = 16 };

static const char* device;
static int failures;

static void check(bool good, const char* what) {
  printf("%s - /dev/spaN: %s\n", good ? "ok" : "not ok", what);
  if (!good) ++failures;
}

static int open_device(int flags) {
  const int fd = open(device, O_RDWR | O_CLOEXEC | flags);
  if (fd < 0) perror(device);
  return fd;
}

// ---- Key agreement: the card makes one side's value, OpenSSL the other's, and both must arrive at
// one secret ----

struct group {
  uint16_t id;
  const char* type;
  const char* name;
  size_t public_length;
};

static EVP_PKEY* make_key(const struct group* group) {
  EVP_PKEY* key = NULL;
  EVP_PKEY_CTX* ctx = EVP_PKEY_CTX_new_from_name(NULL, group->type, NULL);
  OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
                                                          (char*)(uintptr_t)group->name, 0),
                         OSSL_PARAM_construct_end()};
  if (EVP_PKEY_keygen_init(ctx) == 1 &&
      (group->name[0] == '\0' || EVP_PKEY_CTX_set_params(ctx, params) == 1)) {
    EVP_PKEY_generate(ctx, &key);
  }
  EVP_PKEY_CTX_free(ctx);
  return key;
}

// ECP values travel as x | y, OpenSSL wants the octet that says "uncompressed" before them.
static EVP_PKEY* peer_key(const struct group* group, EVP_PKEY* like, const uint8_t* value) {
  if (strcmp(group->type, "X25519") == 0) {
    return EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, value, group->public_length);
  }
  uint8_t encoded[SPA_PK_DATA_MAX + 1] = {0x04};
  const size_t prefix = strcmp(group->type, "EC") == 0 ? 1 : 0;
  memcpy(encoded + prefix, value, group->public_length);
  EVP_PKEY* key = EVP_PKEY_new();
  if (EVP_PKEY_copy_parameters(key, like) != 1 ||
      EVP_PKEY_set1_encoded_public_key(key, encoded, prefix + group->public_length) != 1) {
    EVP_PKEY_free(key);
    return NULL;
  }
  return key;
}

static size_t derive(EVP_PKEY* own, EVP_PKEY* peer, uint8_t* secret, size_t room) {
  EVP_PKEY_CTX* ctx = EVP_PKEY_CTX_new(own, NULL);
  size_t length = room;
  bool done = EVP_PKEY_derive_init(ctx) == 1;
  if (done && EVP_PKEY_get_base_id(own) == EVP_PKEY_DH) done = EVP_PKEY_CTX_set_dh_pad(ctx, 1) == 1;
  done = done && EVP_PKEY_derive_set_peer(ctx, peer) == 1 &&
         EVP_PKEY_derive(ctx, secret, &length) == 1;
  EVP_PKEY_CTX_free(ctx);
  return done ? length : 0;
}

static bool agrees(int fd, const struct group* group) {
  static struct pk_result mine, secret;
  uint8_t expected[SPA_PK_DATA_MAX];
  bool same = false;
  pk_run(fd,
         (struct spa_pk_request){
             .op = SPA_PK_DH_GENERATE, .alg = group->id, .out_length = SPA_PK_DATA_MAX},
         NULL, 0, &mine);
  if (mine.status != 0 || mine.length != group->public_length) return false;

  EVP_PKEY* own = make_key(group);
  EVP_PKEY* peer = own != NULL ? peer_key(group, own, mine.out) : NULL;
  unsigned char* value = NULL;
  const size_t value_length = own != NULL ? EVP_PKEY_get1_encoded_public_key(own, &value) : 0;
  if (peer != NULL && value_length >= group->public_length) {
    const size_t prefix = value_length - group->public_length;
    pk_run(fd,
           (struct spa_pk_request){.op = SPA_PK_DH_DERIVE,
                                   .alg = group->id,
                                   .key = mine.key,
                                   .out_length = SPA_PK_DATA_MAX},
           value + prefix, group->public_length, &secret);
    const size_t length = derive(own, peer, expected, sizeof expected);
    same = secret.status == 0 && length > 0 && length == secret.length &&
           memcmp(expected, secret.out, length) == 0;
  }
  OPENSSL_free(value);
  EVP_PKEY_free(peer);
  EVP_PKEY_free(own);
  return same;
}

static void check_agreement(int fd) {
  static const struct group groups[] = {
      {SPA_PK_MODP2048, "DH", "modp_2048", 256}, {SPA_PK_MODP4096, "DH", "modp_4096", 512},
      {SPA_PK_ECP256, "EC", "P-256", 64},        {SPA_PK_ECP384, "EC", "P-384", 96},
      {SPA_PK_X25519, "X25519", "", 32},
  };
  for (size_t i = 0; i < sizeof groups / sizeof groups[0]; ++i) {
    char what[80];
    snprintf(what, sizeof what, "%s %s agrees with OpenSSL", groups[i].type, groups[i].name);
    check(agrees(fd, &groups[i]), what);
  }
}

// ---- RSA ----

static uint32_t import_key(int fd, EVP_PKEY* key) {
  static struct pk_result result;
  unsigned char* der = NULL;
  const int length = i2d_PrivateKey(key, &der);
  pk_run(fd, (struct spa_pk_request){.op = SPA_PK_KEY_IMPORT, .alg = SPA_PK_RSA}, der,
         length > 0 ? (size_t)length : 0, &result);
  OPENSSL_free(der);
  return result.status == 0 ? result.key : 0;
}

static bool openssl_verifies(EVP_PKEY* key, const uint8_t* digest,
                             const struct pk_result* signature) {
  EVP_PKEY_CTX* ctx = EVP_PKEY_CTX_new(key, NULL);
  const bool good = EVP_PKEY_verify_init(ctx) == 1 &&
                    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
                    EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1 &&
                    EVP_PKEY_verify(ctx, signature->out, signature->length, digest, 32) == 1;
  EVP_PKEY_CTX_free(ctx);
  return good;
}

static int card_verifies(int fd, EVP_PKEY* key, const uint8_t* digest,
                         const struct pk_result* signature) {
  static struct pk_result result;
  uint8_t input[SPA_PK_DATA_MAX];
  unsigned char* spki = NULL;
  const int spki_length = i2d_PUBKEY(key, &spki);
  if (spki_length <= 0) return -EPROTO;
  const struct spa_pk_verify header = {.spki_length = (uint16_t)spki_length,
                                       .digest_length = 32,
                                       .signature_length = (uint16_t)signature->length};
  size_t at = 0;
  memcpy(input, &header, sizeof header);
  at += sizeof header;
  memcpy(input + at, spki, (size_t)spki_length);
  at += (size_t)spki_length;
  memcpy(input + at, digest, 32);
  at += 32;
  memcpy(input + at, signature->out, signature->length);
  at += signature->length;
  OPENSSL_free(spki);
  pk_run(fd, (struct spa_pk_request){.op = SPA_PK_VERIFY, .alg = SPA_PK_RSA_PKCS1_SHA256}, input,
         at, &result);
  return result.status;
}

static void check_rsa(int fd) {
  static struct pk_result signature, stolen;
  uint8_t digest[32];
  memset(digest, 0x5a, sizeof digest);
  EVP_PKEY* key = EVP_RSA_gen(2048);
  const uint32_t handle = import_key(fd, key);
  check(handle != 0, "an RSA key is taken");

  const struct spa_pk_request sign = {
      .op = SPA_PK_SIGN, .alg = SPA_PK_RSA_PKCS1_SHA256, .key = handle, .out_length = 256};
  pk_run(fd, sign, digest, sizeof digest, &signature);
  check(signature.status == 0 && openssl_verifies(key, digest, &signature),
        "OpenSSL verifies the card's signature");
  check(card_verifies(fd, key, digest, &signature) == 0, "the card verifies it too");
  digest[0] ^= 1;
  check(card_verifies(fd, key, digest, &signature) == -EBADMSG, "a wrong digest is -EBADMSG");

  const int other = open_device(0);
  pk_run(other, sign, digest, sizeof digest, &stolen);
  check(stolen.status == -ENOENT, "another context cannot name the key");
  close(other);

  struct spa_pk_request narrow = sign;
  narrow.out_length = 255;
  pk_run(fd, narrow, digest, sizeof digest, &stolen);
  check(stolen.status == -ENOSPC, "a buffer too small for the signature is -ENOSPC");

  pk_run(fd, (struct spa_pk_request){.op = SPA_PK_KEY_DESTROY, .key = handle}, NULL, 0, &stolen);
  check(stolen.status == 0, "the key is destroyed");
  pk_run(fd, sign, digest, sizeof digest, &stolen);
  check(stolen.status == -ENOENT, "and cannot be used any more");
  EVP_PKEY_free(key);
}

// ---- The interface ----

static void check_info(int fd) {
  struct spa_pk_info info = {0};
  check(ioctl(fd, SPA_IOC_INFO, &info) == 0 && info.version == SPA_UAPI_VERSION,
        "SPA_IOC_INFO says the version");
  check(
      info.max_data == SPA_PK_DATA_MAX && info.max_batch > 0 && info.max_inflight >= info.max_batch,
      "SPA_IOC_INFO says the limits");
  check(strncmp(info.netdev, "spa", 3) == 0, "SPA_IOC_INFO names the network interface");
}

static void check_misuse(int fd) {
  static struct pk_result result;
  struct spa_pk_request good = {.op = SPA_PK_DH_GENERATE, .alg = SPA_PK_X25519, .out_length = 32};
  check(pk_submit(fd, &good, 0) == -EINVAL, "an empty batch is -EINVAL");
  check(pk_submit(fd, &good, 1u << 20) == -EINVAL, "a batch too long is -EINVAL");
  check(pk_submit(fd, (const struct spa_pk_request*)16, 1) == -EFAULT, "a bad pointer is -EFAULT");
  pk_run(fd, (struct spa_pk_request){.op = 99}, NULL, 0, &result);
  check(result.status == -EINVAL, "an unknown operation is -EINVAL");
  pk_run(fd, (struct spa_pk_request){.op = SPA_PK_DH_GENERATE, .alg = 99, .out_length = 32}, NULL,
         0, &result);
  check(result.status == -EOPNOTSUPP, "an unknown group is -EOPNOTSUPP");
  struct spa_pk_request huge = good;
  huge.in_length = SPA_PK_DATA_MAX + 1;
  check(pk_submit(fd, &huge, 1) == -EMSGSIZE, "input too long is -EMSGSIZE");
  struct spa_pk_request wild = good;
  wild.in = 16;
  wild.in_length = 32;
  check(pk_submit(fd, &wild, 1) == -EFAULT, "input at a bad pointer is -EFAULT");
  check(ioctl(fd, _IO(SPA_IOC_MAGIC, 77)) == -1 && errno == ENOTTY, "an unknown ioctl is -ENOTTY");
}

static bool wait_readable(int fd) {
  struct pollfd p = {.fd = fd, .events = POLLIN};
  return poll(&p, 1, 30000) == 1 && (p.revents & POLLIN) != 0;
}

// Reads what is there and notes each tag. Returns the number of good answers, or -1 for a bad one.
static int take_answers(int fd, bool* seen, uint64_t tags) {
  static uint8_t records[16384];
  const ssize_t got = read(fd, records, sizeof records);
  int count = 0;
  for (ssize_t at = 0; at < got; ++count) {
    struct spa_pk_completion_record record;
    memcpy(&record, records + at, sizeof record);
    if (record.status != 0 || record.length != 32 || record.tag >= tags || seen[record.tag])
      return -1;
    seen[record.tag] = true;
    at += (ssize_t)(sizeof record + record.length);
  }
  return got > 0 ? count : -1;
}

// Without reading, the context takes no more than it said; everything taken is answered, each tag
// once.
static void check_batches(void) {
  static struct pk_result result;
  static bool seen[4096];
  struct spa_pk_request batch[32];
  struct spa_pk_info info = {0};
  const int fd = open_device(O_NONBLOCK);
  ioctl(fd, SPA_IOC_INFO, &info);
  check(pk_read(fd, &result) == -EAGAIN, "read() of nothing is -EAGAIN with O_NONBLOCK");

  uint32_t sent = 0;
  int taken = 1;
  while (taken > 0 && sent + 32 < sizeof seen) {
    for (uint32_t i = 0; i < 32; ++i) {
      batch[i] = (struct spa_pk_request){
          .tag = sent + i, .op = SPA_PK_DH_GENERATE, .alg = SPA_PK_X25519, .out_length = 32};
    }
    taken = pk_submit(fd, batch, 32);
    if (taken > 0) sent += (uint32_t)taken;
  }
  check(taken == -EAGAIN && sent == info.max_inflight,
        "a context has max_inflight requests outstanding, no more");
  struct pollfd p = {.fd = fd, .events = POLLOUT};
  check(poll(&p, 1, 0) == 0, "poll() does not say POLLOUT then");

  uint32_t answered = 0;
  for (int more = 0; more >= 0 && answered < sent && wait_readable(fd);
       answered += more > 0 ? (uint32_t)more : 0) {
    more = take_answers(fd, seen, sent);
  }
  check(answered == sent, "every request of the batches is answered once");
  check(poll(&p, 1, 0) == 1 && (p.revents & POLLOUT) != 0, "poll() says POLLOUT again");
  close(fd);
}

static void check_close_in_flight(int fd) {
  static struct pk_result result;
  struct spa_pk_request batch[16];
  for (int round = 0; round < 4; ++round) {
    const int other = open_device(0);
    for (int i = 0; i < 16; ++i) {
      batch[i] = (struct spa_pk_request){
          .op = SPA_PK_DH_GENERATE, .alg = SPA_PK_MODP4096, .out_length = 512};
    }
    if (pk_submit(other, batch, 16) != 16) ++failures;
    close(other);
  }
  pk_run(fd,
         (struct spa_pk_request){.op = SPA_PK_DH_GENERATE, .alg = SPA_PK_X25519, .out_length = 32},
         NULL, 0, &result);
  check(result.status == 0, "closing with operations in flight disturbs nobody");
}

static int hold(void) {
  static struct pk_result result;
  const int fd = open_device(0);
  struct spa_pk_request request = {
      .op = SPA_PK_DH_GENERATE, .alg = SPA_PK_X25519, .out_length = 32};
  if (fd < 0) return 1;
  puts("holding");
  fflush(stdout);
  struct pollfd p = {.fd = fd, .events = POLLIN};
  if (poll(&p, 1, 60000) != 1 || (p.revents & POLLHUP) == 0) return 2;
  if (pk_submit(fd, &request, 1) != -ENODEV) return 3;
  return pk_read(fd, &result) == -ENODEV ? 0 : 4;
}

static int once(void) {
  static struct pk_result result;
  const uint8_t peer[32] = {9};
  const int fd = open(device, O_RDWR | O_CLOEXEC);
  if (fd < 0) return errno == ENOMEM ? 1 : 2;
  // A derivation has input and output, though no such key.
  pk_run(fd,
         (struct spa_pk_request){
             .op = SPA_PK_DH_DERIVE, .alg = SPA_PK_X25519, .key = 1, .out_length = 32},
         peer, sizeof peer, &result);
  close(fd);
  if (result.status == -ENOMEM) return 1;
  return result.status == -ENOENT ? 0 : 2;
}

static int cancelled(void) {
  static struct pk_result result;
  struct spa_pk_request batch[kCancelled];
  const int fd = open_device(0);
  if (fd < 0) return 1;
  for (int i = 0; i < kCancelled; ++i) {
    batch[i] = (struct spa_pk_request){
        .tag = (uint64_t)i, .op = SPA_PK_DH_GENERATE, .alg = SPA_PK_X25519, .out_length = 32};
  }
  if (pk_submit(fd, batch, kCancelled) != kCancelled) return 2;
  puts("waiting");
  fflush(stdout);
  for (int left = kCancelled; left > 0;) {
    struct spa_pk_completion_record records[kCancelled];
    const ssize_t got = read(fd, records, sizeof records);
    if (got <= 0) return 3;
    for (size_t i = 0; i < (size_t)got / sizeof records[0]; ++i, --left) {
      if (records[i].status != -ECANCELED || records[i].length != 0) return 3;
    }
  }
  // While the card is being reset it takes nothing.
  int taken = -EAGAIN;
  for (int i = 0; i < 600 && taken == -EAGAIN; ++i) {
    usleep(100000);
    taken = pk_submit(fd, batch, 1);
  }
  if (taken != 1) return 4;
  return pk_read(fd, &result) == 0 && result.status == 0 ? 0 : 5;
}

int main(int argc, char** argv) {
  if (argc == 3 && strcmp(argv[1], "--cancelled") == 0) {
    device = argv[2];
    return cancelled();
  }
  if (argc == 3 && strcmp(argv[1], "--once") == 0) {
    device = argv[2];
    return once();
  }
  if (argc == 3 && strcmp(argv[1], "--hold") == 0) {
    device = argv[2];
    return hold();
  }
  if (argc != 2) {
    fprintf(stderr, "usage: spa-pk-check [--hold | --cancelled | --once] DEVICE\n");
    return 2;
  }
  device = argv[1];
  const int fd = open_device(0);
  if (fd < 0) return 1;
  check_info(fd);
  check_misuse(fd);
  check_agreement(fd);
  check_rsa(fd);
  check_batches();
  check_close_in_flight(fd);
  close(fd);
  return failures != 0;
}
