# SPDX-License-Identifier: Apache-2.0
# Prints "ID file", separated by a tab, for every requirement that a comment names; needs tools/lib/comments.awk.
#   R-MAP-19        also several: "R-MAP-10, 11 and 13", "R-POL-5 to 9", "R-POL-5 to R-POL-9", "R-GRE-2, R-NAT-7"
function start_file() {}

function cite(group, n) { print "R-" group "-" n "\t" file }

function scan(block,   group, n, previous, range, i) {
    gsub(/[ \t]+/, " ", block)
    while (match(block, /R-[A-Z][A-Z0-9]*-[0-9]+/)) {
        group = substr(block, RSTART + 2, RLENGTH - 2)
        n = group
        sub(/-[0-9]+$/, "", group)
        sub(/^.*-/, "", n)
        block = substr(block, RSTART + RLENGTH)
        cite(group, n)
        while (match(block, "^(, | and | to )(R-" group "-)?[0-9]+")) {
            previous = n
            n = substr(block, RSTART, RLENGTH)
            range = n ~ /^ to /
            sub(/^.*[^0-9]/, "", n)
            block = substr(block, RSTART + RLENGTH)
            if (block ~ /^[A-Za-z0-9_-]/) break  # "and 16-bit"
            for (i = range ? previous + 1 : n + 0; i <= n + 0; i++) cite(group, i)
        }
    }
}
