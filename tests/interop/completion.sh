#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What bash and zsh offer behind ipsec-tool, with a daemon that they ask.
. "$(dirname "$0")/lib.sh"

# bash_offers WORD...: the last word is the one in work.
bash_offers() {
    in_node router bash -c '
        PATH=$SPA_ROOT/build/bin:$PATH
        . "$SPA_ROOT/tools/completion/ipsec-tool.bash"
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        _ipsec_tool
        printf "%s\n" "${COMPREPLY[@]}"' bash ipsec-tool "$@"
}

# zsh_offers WORD...: what the function hands to zsh, by other functions of those names.
zsh_offers() {
    in_node router zsh -f -c '
        path=($SPA_ROOT/build/bin $path)
        compadd() { [[ $1 != -- ]] || shift; print -rl -- "$@" | grep -- "^$current"; }
        _files() { compadd -- $PWD/*; }
        words=("$@") CURRENT=$#
        . $SPA_ROOT/tools/completion/_ipsec-tool' zsh ipsec-tool "$@"
}

# In a terminal of its own, with the whole machinery of zsh: what a line has become after a tabulator.
zsh_line() {
    in_node router timeout 60 zsh -f -c '
        zmodload zsh/zpty
        zpty -b shell zsh -f
        zpty -w shell "path=($SPA_ROOT/build/bin \$path) fpath=($SPA_ROOT/tools/completion \$fpath) PS1="
        zpty -w shell "autoload -Uz compinit && compinit -u -D && echo prepared=\$?"
        said="" piece=""
        until [[ $said == *prepared=0* ]]; do zpty -r shell piece; said+=$piece; done
        zpty -w -n shell "$1"$'"'"'\t'"'"'
        said=""
        for ((i = 0; i < 200; ++i)); do
            if zpty -rt shell piece; then said+=$piece; else sleep 0.1; fi
            [[ $said != *$2* ]] || { print -r -- "$said"; exit 0; }
        done
        print -r -- "$said"
        exit 1' zsh "$1" "$2"
}

both_offer() { # NAME WANTED UNWANTED WORD...
    local name=$1 wanted=$2 unwanted=$3 shell
    shift 3
    for shell in bash zsh; do
        check "$shell: $name" has "$wanted" "${shell}_offers" "$@"
        [ -z "$unwanted" ] || check "$shell: $name, and not $unwanted" fails has "$unwanted" "${shell}_offers" "$@"
    done
}

export SPA_ROOT
nodes
mkdir -p "$work/router/etc"
printf 'hostname router\ncrypto map MAP 10 ipsec-isakmp\n' >"$work/router/etc/startup-config"
iked_start router soft
here=(--control "$work/router/control")

both_offer "the daemon's commands and the tool's own" show '' "${here[@]}" ''
both_offer "the tool's own words" import '' "${here[@]}" im
both_offer "the second word" crypto version "${here[@]}" show cr
both_offer "a word in the middle of a command" isakmp ipsec "${here[@]}" show crypto isak
both_offer "options" --format --control --fo
both_offer "the values of an option" json text --format js
both_offer "the dialect that is imported" pix '' import p
both_offer "files to check" README.md '' check "$SPA_ROOT/READ"
check "zsh: a line in a terminal" zsh_line "ipsec-tool --control $work/router/control show crypto isak" isakmp
check "the daemon ends cleanly" stop router iked
finish
