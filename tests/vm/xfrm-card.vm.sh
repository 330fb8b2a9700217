#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# vm: --kernel 6.1
# vm: --kernel 6.12
# The kernel data plane with the card as its offload device: what the card takes, what it refuses, what is lost with it.
set -euo pipefail

tests=$SPA_ROOT/build/tests/unit_kernel
[ -x "$tests" ] || { echo "not ok - $tests is not built"; exit 1; }

insmod "$SPA_MODULE"
modprobe -a veth xfrm_user esp4 2>/dev/null || true
status=0
SPA_TEST_OFFLOAD_DEVICE=spa0 timeout 250 "$tests" --gtest_filter='KernelCardTest.*' >/out/gtest.log 2>&1 || status=$?
sed -n -e 's/^\[       OK \] \([^ ]*\).*/ok - \1/p' -e 's/^\[  FAILED  \] \([^ ]*\) (.*/not ok - \1/p' \
    -e 's/^\[  SKIPPED \] \([^ ]*\) (.*/not ok - \1 was skipped/p' /out/gtest.log
if [ $status != 0 ] || grep -q SKIPPED /out/gtest.log; then
    cat /out/gtest.log
    exit 1
fi
