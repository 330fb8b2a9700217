// SPDX-License-Identifier: Apache-2.0
// One operation, or a batch, on /dev/spaN, as plainly as the interface allows.
#pragma once

#include <spa/hw.h>
#include <spa/uapi.h>
#include <stddef.h>
#include <stdint.h>

struct pk_result {
  int status;  // 0 or a negative errno: of the call, or of the operation
  uint32_t key;
  size_t length;
  uint8_t out[SPA_PK_DATA_MAX];
};

// Submits one request with `in` and reads its answer. `out_length` octets of output are asked for.
void pk_run(int fd, struct spa_pk_request request, const void* in, size_t in_length,
            struct pk_result* result);

// Returns how many were taken, or a negative errno.
int pk_submit(int fd, const struct spa_pk_request* requests, uint32_t count);

// Reads the answer of the only request that is outstanding; 0 or a negative errno.
int pk_read(int fd, struct pk_result* result);
