# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Packages of Debian suites that the machine is not set up for (backports, another release), fetched without
# touching the machine's apt state: the machine's own source entry is taken and only its suite is changed.
# Needs common.sh.

SPA_DEBIAN_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# Prints "FILE:N" (line N, or stanza N of a .sources file) of the source entry with the given label (Debian or Debian-Security) that serves a
# release itself, not its -updates or -backports. Works for one-line and deb822 entries: apt parsed them.
spa_apt_entry() {
    apt-get indextargets "Created-By: Packages" "Origin: Debian" "Label: $1" "Component: main" 2>/dev/null |
        awk -v label="$1" '
            /^Codename: /     { codename = $2 }
            /^Sourcesentry: / { entry = $2 }
            /^$/              { take() }
            END               { take() }
            function take() {
                if (!found && entry != "" && (label != "Debian" || codename !~ /-/)) { print entry; found = 1 }
                entry = codename = ""
            }'
}

# spa_apt_derive FILE:N SUITE: prints the entry with SUITE in place of its suites and only component main,
# as one-line or deb822, like the entry itself. Options such as Signed-By stay.
spa_apt_derive() {
    local file=${1%:*} number=${1##*:}
    if [[ $file == *.sources ]]; then
        awk -v wanted="$number" -v suite="$2" '
            /^#/       { next }
            /^[ \t]*$/ { inside = 0; next }
            !inside    { inside = 1; stanza++ }
            stanza == wanted {
                if ($0 !~ /^[ \t]/) {
                    field = tolower($1)
                    skip = (field ~ /^(types|suites|components|enabled):/)
                    if (field ~ /^suites:/) print "Types: deb\nSuites: " suite "\nComponents: main"
                }
                if (!skip) print
            }' "$file"
    else
        sed -n "${number}p" "$file" | awk -v suite="$2" '
            {
                options = ""
                if (match($0, /\[[^]]*\]/)) {
                    options = substr($0, RSTART, RLENGTH) " "
                    $0 = substr($0, 1, RSTART - 1) substr($0, RSTART + RLENGTH)
                }
                print "deb " options $2 " " suite " main"
            }'
    fi
}

# spa_apt_open DIR RELEASE SUITE...: makes DIR a private apt world of the SUITEs (RELEASE-security comes from
# the machine's security entry) and fetches their indexes. STATUS=none forgets what is installed here.
spa_apt_open() {
    local dir=$1 entry security suite target n=0
    shift
    mkdir -p "$dir"/{state/lists/partial,cache/archives/partial,sources.d,etc}
    entry=$(spa_apt_entry Debian)
    security=$(spa_apt_entry Debian-Security)
    if [ -z "$entry" ] || [ -z "$security" ]; then
        # apt can tell whose an entry is only after it has read its Release file once.
        spa_sudo apt-get -o DPkg::Lock::Timeout=600 update >"$dir/system-update.log" 2>&1 </dev/null || true
        entry=$(spa_apt_entry Debian)
        security=$(spa_apt_entry Debian-Security)
    fi
    [ -n "$entry" ] || spa_die "apt knows no Debian archive (component main): add one to /etc/apt/sources.list.d"
    : >"$dir/state/status"
    for suite in "$@"; do
        case $suite in
            *-security) target=$security ;;
            *) target=$entry ;;
        esac
        [ -n "$target" ] || continue
        n=$((n + 1))
        if [[ ${target%:*} == *.sources ]]; then
            spa_apt_derive "$target" "$suite" >"$dir/sources.d/$n.sources"
        else
            spa_apt_derive "$target" "$suite" >"$dir/sources.d/$n.list"
        fi
    done
    if ! spa_logged "$dir/update.log" spa_apt "$dir" apt-get -o APT::Update::Error-Mode=any update; then
        # The entry may name a keyring that holds one release's key only.
        [ -r "$SPA_DEBIAN_KEYRING" ] || return 1
        spa_say "trying again with $SPA_DEBIAN_KEYRING"
        sed -i -E "s#^([Ss]igned-[Bb]y:).*#\1 $SPA_DEBIAN_KEYRING#" "$dir"/sources.d/*.sources 2>/dev/null || true
        sed -i -E "s#signed-by=[^] ]*#signed-by=$SPA_DEBIAN_KEYRING#" "$dir"/sources.d/*.list 2>/dev/null || true
        spa_logged "$dir/update.log" spa_apt "$dir" apt-get -o APT::Update::Error-Mode=any update
    fi
}

# spa_apt DIR apt-get|apt-cache ARGS...: runs apt in the private world.
spa_apt() {
    local dir=$1 program=$2 sandbox=()
    shift 2
    [ "$(id -u)" != 0 ] || sandbox=(-o APT::Sandbox::User=root)
    "$program" -o Dir::State="$dir/state" -o Dir::State::status="$dir/state/status" \
        -o Dir::Cache="$dir/cache" -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$dir/sources.d" \
        -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts="$dir/etc" \
        -o Acquire::Languages=none -o Acquire::Retries=3 -o APT::Update::Post-Invoke-Success::=true \
        "${sandbox[@]}" "$@"
}

# spa_apt_unpack DIR ROOT PACKAGE...: downloads the packages and unpacks them below ROOT.
spa_apt_unpack() {
    local dir=$1 root=$2 deb
    shift 2
    mkdir -p "$dir/debs" "$root"
    (cd "$dir/debs" && spa_logged "$dir/download.log" spa_apt "$dir" apt-get download "$@") || return 1
    for deb in "$dir"/debs/*.deb; do
        dpkg-deb -x "$deb" "$root"
        rm -f "$deb"
    done
}
