# SPDX-License-Identifier: Apache-2.0
# What the committed page says that is not so (any more). It may lag behind: new citations and moved files are no fault.
FILENAME != page && FILENAME ~ /entries$/ { what[$1, $2] = $3; reason[$1, $2] = $4; next }
FILENAME != page { if ($3 !~ /^tests\//) code[$1, $2] = 1; next }
{ line = $0 }
line ~ /^## RFC / { rfc = substr(line, 8, 4); next }
line ~ /^[|] [A-Z]?[0-9.]+ [|]/ && rfc != "" || line ~ /^[|] [A-Z] [|]/ {
    n = split(line, column, / [|] ?/)
    s = column[1]
    sub(/^[|] /, "", s)
    on_page[rfc, s] = 1
    if (!((rfc, s) in what)) { print page ": RFC " rfc " " s " is in no table any more"; next }
    if (column[2] != what[rfc, s] || column[5] != reason[rfc, s]) print page ": RFC " rfc " " s " reads otherwise in its table"
    if (column[3] ~ /`/ && !((rfc, s) in code)) print page ": RFC " rfc " " s " is called implemented, but no code cites it any more"
}
END {
    for (key in what) {
        if (key in on_page) continue
        split(key, part, SUBSEP)
        print page ": RFC " part[1] " " part[2] " is missing"
    }
}
