# SPDX-License-Identifier: Apache-2.0
# Prints "RFC section file", separated by tabs, for every section that a comment cites; needs tools/lib/comments.awk.
#   RFC 7296 2.8.1          also several: "RFC 7296 1.3, 2.1 to 2.5 and 3.14"; appendices: "RFC 7296 appendix C", "RFC 7634 A"
#   (2.8.1)                 in brackets or as the whole comment: of the first RFC that the comment at the head of the file names

# A list of sections at the start of `text`, as far as it goes.
function take_list(rfc, text,   token, previous, range) {
    previous = ""
    for (;;) {
        range = 0
        if (match(text, /^( |, ?| and | or | ?to | section | sections | [Aa]ppendix |, [Aa]ppendix )*/)) {
            range = substr(text, 1, RLENGTH) ~ /to $/
            text = substr(text, RLENGTH + 1)
        }
        if (match(text, /^[0-9]+([.][0-9]+)*/) || match(text, /^[A-Z][0-9]?([.][0-9]+)*/)) {
            token = substr(text, 1, RLENGTH)
            text = substr(text, RLENGTH + 1)
            if (text ~ /^[A-Za-z0-9_-]/) return  # "16-bit", "IKE": no section
            if (range && previous != "") fill(rfc, previous, token)
            cite(rfc, token)
            previous = token
        } else {
            return
        }
    }
}

# What lies between 2.1 and 2.5.
function fill(rfc, from, to,   stem, a, b, i) {
    stem = to
    sub(/[0-9]+$/, "", stem)
    if (substr(from, 1, length(stem)) != stem) return
    a = substr(from, length(stem) + 1)
    b = substr(to, length(stem) + 1)
    if (a !~ /^[0-9]+$/) return
    for (i = a + 1; i < b + 0; i++) cite(rfc, stem i)
}

function cite(rfc, section) { print rfc "\t" section "\t" file }

function scan(block,   rest, rfc) {
    gsub(/[ \t]+/, " ", block)
    rest = block
    while (match(rest, /RFC ?[0-9][0-9][0-9][0-9]/)) {
        rfc = substr(rest, RSTART, RLENGTH)
        sub(/^RFC ?/, "", rfc)
        rest = substr(rest, RSTART + RLENGTH)
        if (at_head && home == "") home = rfc
        take_list(rfc, rest)
    }
    if (home == "") return
    if (block ~ /^ ?[0-9]+[.][0-9]/) take_list(home, " " block)
    rest = block
    while (match(rest, /[(][0-9]+[.][0-9]/)) {
        rest = substr(rest, RSTART + 1)
        take_list(home, " " rest)
    }
}

function start_file() { home = "" }
