# inventory ANSWER: everything that is installed, and whose packages these are. Of hundreds of packages there is more to say
# than fits into an output: it stands in the file ANSWER then.
has_database || { echo patchform-answer; echo "error this host has no $database"; echo end; exit 0; }
{
  echo patchform-answer
  echo "machine $(cat /etc/machine-id 2>/dev/null)"
  # Not executed: an os-release is a file of somebody else.
  for file in /etc/os-release /usr/lib/os-release; do
    [ -r "$file" ] || continue
    sed -n 's/^\(ID\|VERSION_ID\)=["'"'"']\{0,1\}\([A-Za-z0-9._-]*\)["'"'"']\{0,1\}$/os \1 \2/p' "$file"
    break
  done
  channels
  stock | sed 's/^/package /'
  echo end
} >"$t/inventory"
if [ "$(wc -c <"$t/inventory")" -lt 60000 ]; then
  cat "$t/inventory"
else
  echo patchform-answer
  answer=$cache/answers/$1
  if mkdir -p "$cache/answers" && find "$cache/answers" -type f -mmin +60 -delete && mv "$t/inventory" "$answer"; then
    echo "answer $answer"
  else
    echo "error $cache/answers cannot be written: give the connection \`sudo = true\`, or another user"
  fi
  echo end
fi
