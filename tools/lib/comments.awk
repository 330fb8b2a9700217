# SPDX-License-Identifier: Apache-2.0
# Calls scan(block) with each comment of `file`, whole lines that follow one another as one. `at_head` is 1 in the comments
# at the head of a file, start_file() is called where one begins. For C, C++, and what has comments as the shell has.
function flush() {
    if (block != "") scan(block)
    block = ""
}

FNR == 1 { flush(); start_file(); file = FILENAME; at_head = 1; inside = 0; shell = FILENAME ~ /[.](sh|py|table)$|\/[^.\/]*$/ }
/SPDX-License-Identifier/ { next }
{
    line = $0
    sub(/^[ \t]+/, "", line)
    whole = 0
    comment = ""
    if (shell) {
        if (line ~ /^#/) { whole = 1; comment = substr(line, 2) }
        else if (match(line, / # /)) comment = substr(line, RSTART + 3)
    } else if (inside) {
        whole = 1
        comment = line
        if (match(comment, /[*]\//)) { comment = substr(comment, 1, RSTART - 1); inside = 0 }
        sub(/^[*]+ ?/, "", comment)
    } else if (line ~ /^\/\//) {
        whole = 1
        comment = substr(line, 3)
    } else if (match(line, /\/[*]/)) {
        whole = RSTART == 1
        comment = substr(line, RSTART + 2)
        if (match(comment, /[*]\//)) comment = substr(comment, 1, RSTART - 1)
        else inside = 1
    } else if (match(line, /\/\/ /)) {
        comment = substr(line, RSTART + 2)
    }
    if (whole) {
        block = block " " comment
    } else {
        flush()
        if (line != "") at_head = 0
        if (comment != "") { block = comment; if (!inside) flush() }
    }
}
END { flush() }
