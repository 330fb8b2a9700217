// SPDX-License-Identifier: Apache-2.0
#include "tests/vm/pk_device.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int pk_submit(int fd, const struct spa_pk_request* requests, uint32_t count) {
  struct spa_pk_submit batch = {.requests = (uintptr_t)requests, .count = count};
  return ioctl(fd, SPA_IOC_SUBMIT, &batch) == 0 ? (int)batch.taken : -errno;
}

int pk_read(int fd, struct pk_result* result) {
  struct {
    struct spa_pk_completion_record record;
    uint8_t out[SPA_PK_DATA_MAX];
  } answer;
  const ssize_t got = read(fd, &answer, sizeof answer);
  if (got < 0) return -errno;
  if ((size_t)got < sizeof answer.record ||
      answer.record.length > (size_t)got - sizeof answer.record)
    return -EPROTO;
  result->status = answer.record.status;
  result->key = answer.record.key;
  result->length = answer.record.length;
  memcpy(result->out, answer.out, answer.record.length);
  return 0;
}

void pk_run(int fd, struct spa_pk_request request, const void* in, size_t in_length,
            struct pk_result* result) {
  memset(result, 0, sizeof *result);
  request.in = (uintptr_t)in;
  request.in_length = (uint32_t)in_length;
  const int taken = pk_submit(fd, &request, 1);
  if (taken != 1) {
    result->status = taken < 0 ? taken : -EPROTO;
    return;
  }
  const int err = pk_read(fd, result);
  if (err != 0) result->status = err;
}
