# SPDX-License-Identifier: Apache-2.0
# What the committed page says that is not so (any more). It may lag behind: new tests and moved files are no fault.
FILENAME != page && FILENAME ~ /entries$/ { what[$1] = $2; reason[$1] = $3; next }
FILENAME != page {
    tests[$1] = 1
    if (!($1 in what)) print $2 ": " $1 " is in no table"
    next
}
/^[|] R-[A-Z]/ {
    split($0, column, / [|] ?/)
    key = column[1]
    sub(/^[|] /, "", key)
    on_page[key] = 1
    if (!(key in what)) { print page ": " key " is in no table any more"; next }
    if (column[2] != what[key]) print page ": " key " reads otherwise in its table"
    if (column[3] ~ /`/ && !(key in tests)) print page ": " key " is called tested, but no test names it any more"
    why = column[4]
    if (!sub(/^(no test|tested in part): /, "", why) && why ~ /^(tested|[*][*]no test[*][*])$/) why = ""
    if (why != reason[key]) print page ": the status of " key " reads otherwise in its table"
}
END {
    for (key in what) {
        if (!(key in on_page)) print page ": " key " is missing"
        if (!(key in tests) && reason[key] == "") print page ": " key " has neither a test nor a reason why there is none"
    }
}
