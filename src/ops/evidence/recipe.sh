export LC_ALL=C
wrong() { echo "WRONG: $*"; exit 1; }

# 1. Every file is the one that was exported, and none was added.
sha256sum -c --quiet --strict SHA256SUMS || wrong "a file is not the one that was exported"
[ "$(find . ! -type d | wc -l)" -eq "$(($(wc -l < SHA256SUMS) + 1))" ] || wrong "files were added or taken away"

# 2. Every line of the journal follows the one before it. What stands behind the last line with "end" was cut off while
#    it was written, and does not count; behind the run's end nothing is written.
count=0 prev=0000000000000000000000000000000000000000000000000000000000000000
lines=0 head=$prev end=
for segment in journal/*.jsonl; do
  while IFS= read -r line; do
    body=${line%,\"sum\":\"*}
    sum=$(printf %s "$body" | sha256sum | cut -c 1-64)
    [ "$line" = "$body,\"sum\":\"$sum\"}" ] || wrong "$segment: line number $count was changed"
    case $body in
      "{\"seq\":$count,\"prev\":\"$prev\","*) ;;
      *) wrong "$segment: line number $count does not follow the one before it" ;;
    esac
    count=$((count + 1)) prev=$sum
    case $body in *',"end":true') lines=$count head=$sum end= ;; esac
    case $body in *',"event":"finished","end":true') end=$line ;; esac
  done < "$segment"
  count=$lines prev=$head
done
[ -z "$end" ] || [ "$(tail -n 1 "$segment")" = "$end" ] || wrong "$segment: something stands behind the end of the run"

# 3. The plan is the one that the journal names.
plan=$(sed 1d plan.json | tr -d '\n' | sha256sum | cut -c 1-64)
grep -q "^{\"seq\":0,.*\"plan\":\"$plan\"" journal/000001.jsonl || wrong "plan.json is not the plan of this journal"

# 4. The journal ends where the state says that the run ended. Without that nobody can tell whether its end was cut off.
if [ -f record.json ]; then
  grep -q "\"journal_lines\": $lines," record.json || wrong "the state recorded another number of lines than $lines"
  grep -q "\"journal_head\": \"$head\"" record.json || wrong "the state recorded another head than $head"
  [ "$end" ] || wrong "the state recorded the end of the run, but the journal does not tell it"
elif [ "$end" ]; then
  wrong "the run has ended, but what the state recorded of its end (record.json) is missing"
fi
[ "$end" ] || echo "so far only: the run had not ended, or its end and its record were taken away"
echo "as it was written: $lines lines, head $head"
