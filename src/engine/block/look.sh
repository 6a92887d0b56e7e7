nft list tables >/dev/null || exit 1
rules >/dev/null || exit 1
if there "$1"; then echo "there yes"; else echo "there no"; fi
# By sudo the variable is gone: whoever called it still has it.
way=${SSH_CONNECTION:-} p=$$
while [ -z "$way" ] && [ "${p:-0}" -gt 1 ]; do
  way=$(tr '\0' '\n' 2>/dev/null </proc/$p/environ | sed -n 's/^SSH_CONNECTION=//p')
  p=$(sed -n 's/^PPid:[^0-9]*//p' /proc/$p/status 2>/dev/null)
done
echo "way $way"
