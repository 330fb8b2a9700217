#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# vm: --kernel 6.1 --cards 0 --timeout 600
# vm: --kernel 6.12 --cards 0 --timeout 600
# vm-debug: 614
# The kernel data plane against a kernel that has ESP: the host's own may have none, where most of these tests skip.
set -euo pipefail
. "$SPA_ROOT/tests/vm/gtest-lib.sh"

tests=$SPA_ROOT/build/tests/unit_kernel
[ -x "$tests" ] || { echo "not ok - $tests is not built"; exit 1; }

# The first ESP state loads the kernel's modules and runs their self-tests: seconds under emulation.
modprobe -a veth xfrm_user esp4 esp6 xfrm4_tunnel 2>/dev/null || true
status=0
timeout 500 "$tests" --gtest_filter='KernelPlaneTest.*:KernelEspTest.*:MadeDevicesTest.*' >/out/gtest.log 2>&1 || status=$?
gtest_cases /out/gtest.log
[ $status = 0 ] || cat /out/gtest.log
# What has ESP in the kernel must not have skipped.
if grep -q '^\[  SKIPPED \] \(KernelEspTest\|MadeDevicesTest\)' /out/gtest.log; then
    echo "not ok - this guest's kernel has ESP, but tests of it were skipped"
    status=1
fi
exit $status
