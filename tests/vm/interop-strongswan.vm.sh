#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# vm: --kernel 6.1 --timeout 900
# vm-debug: - there is no netfilter, so no NAT
# vm: --kernel 6.12 --timeout 2400
# The table of tests/interop/matrix against strongSwan with kernel ESP: our SAs in the card, then in the kernel's software.
. "$SPA_ROOT/tests/interop/matrix/guest.sh"
if [ "$SPA_KERNEL" = 6.1 ]; then
    guest_begin strongswan o
    guest_rows o card
    guest_end
fi
guest_begin strongswan Ss
guest_rows S card
guest_rows s kernel
guest_end
