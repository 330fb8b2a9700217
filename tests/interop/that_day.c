// SPDX-License-Identifier: Apache-2.0
// A library to preload: the time of day begins at THAT_DAY (seconds since 1970) and goes on from
// there; every other clock and all timers stay what they are. libfaketime moves the timers of
// timerfd_settime too, by decades.
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t offset;

// The system's own clock, past everybody who stands before it.
static int real_clock(clockid_t clock, struct timespec* at) {
  return (int)syscall(SYS_clock_gettime, clock, at);
}

__attribute__((constructor)) static void begin(void) {
  const char* day = getenv("THAT_DAY");
  struct timespec now;
  if (day != NULL && real_clock(CLOCK_REALTIME, &now) == 0) offset = atoll(day) - now.tv_sec;
}

int clock_gettime(clockid_t clock, struct timespec* at) {
  const int result = real_clock(clock, at);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    at->tv_sec += offset;
  return result;
}

int gettimeofday(struct timeval* restrict at, void* restrict zone) {
  (void)zone;
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  at->tv_sec = now.tv_sec;
  at->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t* at) {
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  if (at != NULL) *at = now.tv_sec;
  return now.tv_sec;
}
