#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The driver on a card that names wrong buffers in its completions: the rings are restarted, again and again, and
# nothing else happens. Whoever believed such a completion would hand out memory that the card still writes to.
# vm: --kernel 6.1 --cards 1 --timeout 400 --sim-arg --fault --sim-arg rx-index
set -u
. "$SPA_ROOT/tests/vm/driver-lib.sh"

check "the driver loads" load_driver
make_namespaces
attach_card >/dev/null
router ping -q -c 60 -i 0.1 -W 1 $P4 >/run/ping.log
check "the wrong buffers were noticed" stat_above drv_rx_bad_index 1
check "the rings were restarted" stat_above drv_restarts 1
check "some traffic came through between the restarts" fails grep -q ' 0 received' /run/ping.log
check "no command to the card was lost" stat_is drv_admin_timeouts 0
check "the driver unloads" rmmod spa
finish
