# discover NAME...: what is installed of these packages; without names, of those that somebody asked for.
echo patchform-answer
command -v rpm >/dev/null || { echo "error this host has no rpm"; echo end; exit 0; }
if [ $# -eq 0 ]; then
  all=$(rpm -qa --qf '%{NAME}/%{ARCH}/%{VERSION}-%{RELEASE}\n' | grep -v '^gpg-pubkey/')
  # shellcheck disable=SC2086
  with_dnf reasons $all >"$t/reasons" || { echo "error dnf cannot tell which packages were asked for"; echo end; exit 0; }
  # shellcheck disable=SC2046
  set -- $(awk '$2 == "user" { sub(/\/.*/, "", $1); print $1 }' "$t/reasons" | sort -u)
fi
echo "native $native"
packages "$@" | grep -v '^kernel' | sed 's/^/package /'
echo end
