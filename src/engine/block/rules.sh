# The other rules of a host, one a line with the table and chain that they stand in: without counters, and without what
# comes and goes by itself (elements of dynamic sets). Tables of this tool are no protection of the host.
store=/var/lib/patchform/block
for program in nft awk diff; do
  command -v "$program" >/dev/null || { echo "$program is not installed there" >&2; exit 1; }
done
rules() {
  all=$(nft -s list ruleset) || return 1
  printf '%s\n' "$all" | awk '
    /^table / { table = $2 " " $3; own = $3 ~ /^patchform_/; place = ""; next }
    own { next }
    /^\t[a-z]+ [^ ]+ \{$/ { place = $2; moves = 0; next }
    /^\t\tflags .*(dynamic|timeout)/ { moves = 1 }
    /^\t\telements = \{/ && moves { within = 1 }
    within { if (/\}$/) within = 0; next }
    /^\t\telements = \{/ { listed = 1; sub(/^\t\telements = \{/, "") }
    listed {
      if (sub(/\}$/, "")) listed = 0
      n = split($0, each, ",")
      for (i = 1; i <= n; i++) { gsub(/^[ \t]+|[ \t]+$/, "", each[i]); if (each[i] != "") print table " " place ": element " each[i] }
      next
    }
    { gsub(/^[ \t]+/, ""); if ($0 != "" && $0 != "}") print table " " place ": " $0 }'
}
there() { nft list table inet "$1" >/dev/null 2>&1; }
