#!/bin/sh
# test.sh TOLLGATE FOLDER - serves through the plugin that was built into FOLDER, and looks at an answer.
set -eu
tollgate=$1
plugins=$2
work=$(mktemp -d)
gateway=
trap '[ -z "$gateway" ] || kill "$gateway" 2> /dev/null || true; rm -rf "$work"' EXIT

cat > "$work/routes.lua" << 'LUA'
listen "127.0.0.1:0"
route "GET /" { answer = { status = 200, body = "ok\n" }, plugins = { hello { greeting = "good morning" } } }
LUA

# The log goes through a pipe, so that this waits exactly until the gateway listens, or has ended without.
mkfifo "$work/log"
"$tollgate" serve "$work/routes.lua" --plugins "$plugins" --admin off 2> "$work/log" &
gateway=$!
address=$(sed -n '/gateway: listening on /{s/.*gateway: listening on //p;q;}' < "$work/log")
[ -n "$address" ] || { echo "the gateway did not start; see: $tollgate check" >&2; exit 1; }

curl --silent --show-error --max-time 20 --dump-header "$work/head" --output /dev/null "http://$address/"
grep -qi '^X-Greeting: good morning' "$work/head" || { echo "no greeting in:" >&2; cat "$work/head" >&2; exit 1; }
