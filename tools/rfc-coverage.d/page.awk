# SPDX-License-Identifier: Apache-2.0
# The page, from entries ("RFC section what reason") and citations ("RFC section file"); needs tools/lib/where.awk.

NR == FNR {
    if (!($1 in rows)) { order[++rfcs] = $1; rows[$1] = 0 }
    n = ++rows[$1]
    section[$1, n] = $2
    what[$1, n] = $3
    reason[$1, n] = $4
    next
}
$3 ~ /^tests\// { tests[$1, $2] = tests[$1, $2] " " $3; next }
{ code[$1, $2] = code[$1, $2] " " $3 }

END {
    split(titles, title, "\t")
    print "<!-- Made by tools/rfc-coverage from tools/rfc-coverage.d and the citations in comments; do not edit. -->"
    print "# What is implemented of which RFC"
    print ""
    print "A section counts as implemented where a comment in the code cites it, and as tested where one in the tests does"
    print "(docs/developer-notes.md says how). **no** marks what is missing: an implementation, or a test of one."
    print ""
    print "| RFC | Sections | Implemented | Tested of these | Left out |"
    print "|---|---|---|---|---|"
    for (r = 1; r <= rfcs; r++) {
        rfc = order[r]
        done = proven = left = 0
        for (n = 1; n <= rows[rfc]; n++) {
            s = section[rfc, n]
            if (reason[rfc, n] != "") left++
            else if ((rfc, s) in code) { done++; if ((rfc, s) in tests) proven++ }
        }
        printf "| [%s](#rfc-%s) %s | %d | %d | %d | %d |\n", rfc, rfc, title[r], rows[rfc], done, proven, left
    }
    for (r = 1; r <= rfcs; r++) {
        rfc = order[r]
        printf "\n<a id=\"rfc-%s\"></a>\n## RFC %s: %s\n\n", rfc, rfc, title[r]
        print "| Section | What it asks for | Implemented | Tested | Left out, and why |"
        print "|---|---|---|---|---|"
        for (n = 1; n <= rows[rfc]; n++) {
            s = section[rfc, n]
            implemented = where(code[rfc, s])
            tested = where(tests[rfc, s])
            if (implemented == "") implemented = reason[rfc, n] == "" ? "**no**" : "-"
            if (tested == "") tested = implemented == "-" || implemented == "**no**" ? "-" : "**no**"
            printf "| %s | %s | %s | %s | %s |\n", s, what[rfc, n], implemented, tested, reason[rfc, n]
        }
    }
}
