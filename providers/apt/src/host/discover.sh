# discover NAME...: what is installed of these packages; without names, of those that somebody asked for.
echo patchform-answer
command -v dpkg-query >/dev/null || { echo "error this host has no dpkg"; echo end; exit 0; }
if [ $# -eq 0 ]; then
  apt-mark showmanual >"$t/manual" || { echo "error apt-mark cannot tell which packages were asked for"; echo end; exit 0; }
  # Those of another architecture have no name of their own in a patch level.
  # shellcheck disable=SC2046
  set -- $(grep -v : "$t/manual")
fi
echo "native $native"
packages "$@" | sed 's/^/package /'
echo end
