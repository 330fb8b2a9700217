# SPDX-License-Identifier: Apache-2.0
# bash completion for ipsec-tool: options by themselves, commands by asking the daemon.
_ipsec_tool() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
    local control=() words=() i=1
    COMPREPLY=()
    case $previous in
        -c | --control | -f | --file)
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
            return ;;
        --format)
            mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$current")
            return ;;
    esac
    while [ $i -lt "$COMP_CWORD" ]; do
        case ${COMP_WORDS[i]} in
            -c | --control) control=(--control "${COMP_WORDS[i+1]}"); i=$((i + 1)) ;;
            -f | --file | --format) i=$((i + 1)) ;;
            -*) ;;
            *) words=("${COMP_WORDS[@]:i:COMP_CWORD-i}"); break ;;
        esac
        i=$((i + 1))
    done
    # The tool's own words take files.
    if [[ ${words[0]} == check || ${words[0]} == plan ]]; then
        if [[ $current == -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W '--strict --format' -- "$current")
        else
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
        fi
        return
    fi
    if [ ${#words[@]} -eq 0 ] && [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--control --format --file --help --version' -- "$current")
        return
    fi
    if [ "${words[0]:-}" = import ]; then
        case ${#words[@]} in
            1) mapfile -t COMPREPLY < <(compgen -W pix -- "$current") ;;
            *) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
        esac
        [[ $current != -* ]] || COMPREPLY=(-o)
        return
    fi
    mapfile -t COMPREPLY < <(ipsec-tool "${control[@]}" --complete "${words[*]}${words:+ }$current" 2>/dev/null)
    # What the tool does by itself.
    if [ ${#words[@]} -eq 0 ]; then
        mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -W 'check import plan' -- "$current")
    fi
}
complete -F _ipsec_tool ipsec-tool
