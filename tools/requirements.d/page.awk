# SPDX-License-Identifier: Apache-2.0
# The page, from entries ("ID what reason") and citations ("ID file"); needs tools/lib/where.awk.
NR == FNR {
    group = $1
    gsub(/^R-|-[0-9]+$/, "", group)
    if (!(group in rows)) { order[++groups] = group; rows[group] = 0 }
    n = ++rows[group]
    id[group, n] = $1
    what[group, n] = $2
    reason[group, n] = $3
    next
}
{ tests[$1] = tests[$1] " " $2 }

function status(key, why) {
    if (tests[key] != "") return why == "" ? "tested" : "tested in part: " why
    if (why ~ /^not built yet/) return why
    return why == "" ? "**no test**" : "no test: " why
}

END {
    split(titles, title, "\t")
    print "<!-- Made by tools/requirements from tools/requirements.d and the comments of tests; do not edit. -->"
    print "# What is asked for, and which test shows it"
    print ""
    print "What comments call `R-MAP-19` is a line of these tables. It counts as tested where a comment of a test names it"
    print "(docs/developer-notes.md says how); otherwise its status says why there is no test, or that it is not built yet."
    print ""
    print "| Group | About | Lines | Tested | Not built yet | No test, with a reason |"
    print "|---|---|---|---|---|---|"
    for (g = 1; g <= groups; g++) {
        group = order[g]
        named = missing = left = 0
        for (n = 1; n <= rows[group]; n++) {
            s = status(id[group, n], reason[group, n])
            if (s ~ /^tested/) named++
            else if (s ~ /^not built/) missing++
            else if (s ~ /^no test/) left++
        }
        printf "| [R-%s](#r-%s) | %s | %d | %d | %d | %d |\n", group, tolower(group), title[g], rows[group], named, missing, left
        all += rows[group]; all_named += named; all_missing += missing; all_left += left
    }
    printf "| all | | %d | %d | %d | %d |\n", all, all_named, all_missing, all_left
    for (g = 1; g <= groups; g++) {
        group = order[g]
        printf "\n<a id=\"r-%s\"></a>\n## R-%s: %s\n\n", tolower(group), group, title[g]
        print "| Id | What it asks for | Tests that name it | Status |"
        print "|---|---|---|---|"
        for (n = 1; n <= rows[group]; n++) {
            key = id[group, n]
            shown = where(tests[key])
            printf "| %s | %s | %s | %s |\n", key, what[group, n], shown == "" ? "-" : shown, status(key, reason[group, n])
        }
    }
}
