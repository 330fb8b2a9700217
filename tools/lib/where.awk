# SPDX-License-Identifier: Apache-2.0
# A list of paths, separated by blanks, as a cell of a table: four at most, a header and its source once.
function where(list,   parts, n, i, out, seen, shown, name) {
    n = split(list, parts, " ")
    out = ""
    shown = 0
    for (i = 1; i <= n; i++) {
        name = parts[i]
        sub(/^(userspace|tests)\//, "", name)
        sub(/[.](c|cc|h)$/, "", name)
        if (name in seen) continue
        seen[name] = 1
        if (++shown <= 4) out = out (out == "" ? "" : ", ") "`" name "`"
    }
    return shown > 4 ? out " and " shown - 4 " more" : out
}
