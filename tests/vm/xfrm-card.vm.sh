#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# vm: --kernel 6.1
# vm: --kernel 6.12
# vm-debug: 162
# The kernel data plane with the card as its offload device: what the card takes, what it refuses, what is lost with it.
set -euo pipefail
. "$SPA_ROOT/tests/vm/gtest-lib.sh"

tests=$SPA_ROOT/build/tests/unit_kernel
[ -x "$tests" ] || { echo "not ok - $tests is not built"; exit 1; }

insmod "$SPA_MODULE"
modprobe -a veth xfrm_user esp4 2>/dev/null || true
status=0
SPA_TEST_OFFLOAD_DEVICE=spa0 timeout 250 "$tests" --gtest_filter='KernelCardTest.*' >/out/gtest.log 2>&1 || status=$?
gtest_cases /out/gtest.log | sed "s/^ok\( - .*\) # SKIP.*/not ok\1 was skipped/"
if [ $status != 0 ] || grep -q SKIPPED /out/gtest.log; then
    cat /out/gtest.log
    exit 1
fi
