# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Packages of the machine's own release. Sourced by tools/setup.

# The package names of a list file, without comments.
package_list() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$1"; }

# Those of the named packages that are not installed.
missing_packages() {
    # It fails when it does not know one of them, which is what we are asking.
    { dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true; } |
        awk '$1 == "installed" { print $2 }' | sort -u >"$scratch/installed"
    printf '%s\n' "$@" | sort -u | comm -23 - "$scratch/installed"
}

# A package may start its service when it is installed; none of ours may be left running.
hold_services() {
    policy=/usr/sbin/policy-rc.d
    [ ! -e $policy ] || return 0
    printf '#!/bin/sh\n# Placed by tools/setup while it installs packages.\nexit 101\n' >"$scratch/policy"
    spa_sudo install -m 755 "$scratch/policy" $policy
    held_services=1
}

release_services() {
    [ "${held_services:-0}" = 1 ] || return 0
    held_services=0
    spa_sudo rm -f /usr/sbin/policy-rc.d
}

# A daemon that we brought must not come up at the next boot either.
disable_services() {
    local unit
    command -v systemctl >/dev/null || return 0
    for unit in strongswan strongswan-starter; do
        [ ! -e "/lib/systemd/system/$unit.service" ] || spa_sudo systemctl disable "$unit" >/dev/null 2>&1 || true
    done
}

apt_install() {
    spa_logged "$SPA_CACHE/apt-install.log" spa_sudo env DEBIAN_FRONTEND=noninteractive \
        apt-get -y -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 install --no-install-recommends "$@"
}

# Fails only if the install that follows would: a third party's broken source is not our business.
apt_refresh() {
    spa_say "reading the package indexes"
    spa_sudo apt-get -o DPkg::Lock::Timeout=600 update >"$SPA_CACHE/apt-update.log" 2>&1 </dev/null ||
        spa_say "note: apt-get update complained ($SPA_CACHE/apt-update.log); going on"
}

setup_packages() {
    local list="$SPA_ROOT/tools/setup.d/$1.packages" wanted missing
    scratch=$(mktemp -d)
    trap 'release_services; rm -rf "$scratch"' EXIT
    mapfile -t wanted < <(package_list "$list")
    mapfile -t missing < <(missing_packages "${wanted[@]}")
    if [ ${#missing[@]} -gt 0 ]; then
        spa_say "installing ${#missing[@]} packages for $1: ${missing[*]}"
        hold_services
        # Old indexes name files that are gone: refresh when there are none, they are old, or the install failed.
        [ -n "$(find /var/lib/apt/lists -maxdepth 1 -name '*Packages*' -mtime -1 -print -quit 2>/dev/null)" ] ||
            apt_refresh
        if ! apt_install "${missing[@]}" 2>"$scratch/first-try"; then
            apt_refresh
            apt_install "${missing[@]}" || spa_die "apt could not install: ${missing[*]}"
        fi
        [ "$1" != peers ] || disable_services
        mapfile -t missing < <(missing_packages "${wanted[@]}")
        [ ${#missing[@]} = 0 ] || spa_die "still missing after the installation: ${missing[*]}"
    fi
    release_services
    rm -rf "$scratch"
    trap - EXIT
    spa_say "packages for $1: all ${#wanted[@]} installed"
}
