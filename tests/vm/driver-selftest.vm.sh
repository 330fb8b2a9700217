#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A card whose DMA writes the wrong octets: probe finds out, says so and lets the card alone.
# vm: --kernel 6.1 --cards 1 --timeout 300 --sim-arg --fault --sim-arg dma-test
set -u
. "$SPA_ROOT/tests/vm/driver-lib.sh"

insmod "$SPA_MODULE"
check "dmesg names the self-test that failed" grep -q 'spa .*DMA test' <(dmesg)
check "there is no interface" fails ip link show spa0
check "nor a device" [ ! -e /dev/spa0 ]
check "the module unloads" rmmod spa
finish
