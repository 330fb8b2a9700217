#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# vm-debug: - there is no netfilter, so no NAT
# vm: --kernel 6.12 --timeout 2400
# The table of tests/interop/matrix against libreswan with kernel ESP: our SAs in the card, then in the kernel's software.
. "$SPA_ROOT/tests/interop/matrix/guest.sh"
guest_begin libreswan Ll
guest_rows L card
guest_rows l kernel
guest_end
