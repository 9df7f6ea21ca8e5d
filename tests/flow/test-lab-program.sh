#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# kaitsu-lab as a person uses it: every command, its output and its exit status. TAP on standard
# output.
#
#   test-lab-program.sh KAITSU-LAB
set -u

program=$1
here=$(mktemp -d)
lab=$here/lab
n=0
failed=0
server=

stop_server ()
{
  [ -z "$server" ] || kill "$server" 2>/dev/null
}
trap 'stop_server; rm -rf "$here"' EXIT

export LC_ALL=C.UTF-8
# Nothing of the user's own is read or written.
export HOME="$here/home" XDG_DATA_HOME="$here/data" XDG_STATE_HOME="$here/state" TMPDIR="$here"

# ok NAME COMMAND…: the test passes if the command succeeds.
ok ()
{
  name=$1
  shift
  n=$((n + 1))
  if "$@"; then
    echo "ok $n - $name"
  else
    echo "not ok $n - $name"
    failed=1
    sed 's/^/# /' "$here/out" "$here/err" 2>/dev/null | tail -n 40
  fi
}

# run STATUS ARGUMENT…: the program ends with this status; output in $here/out and $here/err.
run ()
{
  wanted=$1
  shift
  "$program" "$@" >"$here/out" 2>"$here/err" </dev/null
  got=$?
  [ "$got" -eq "$wanted" ] || echo "# exit status $got instead of $wanted"
  [ "$got" -eq "$wanted" ]
}

says ()
{
  grep -qF -- "$1" "$here/out"
}

complains ()
{
  grep -qF -- "$1" "$here/err"
}

# member NAME: the first string or number of this name in the JSON on standard output.
member ()
{
  sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p" "$here/out" | head -n 1
}

# Phases in the paper's order, and the proof at the end.
shows_the_way ()
{
  [ "$(grep -o '^[①②③④]' "$here/out" | tr -d '\n')" = "①②③④" ] &&
    says "✓ Order at the server" && says Installed && says "none left"
}

is_ascii ()
{
  ! LC_ALL=C grep -q '[^ -~]' "$here/out"
}

leaves_nothing ()
{
  [ -z "$(find "$here" -maxdepth 1 -name 'kaitsu-lab-*')" ]
}

ok "show goes from nothing to a live line" run 0 show
ok "show tells all four phases and proves it" shows_the_way
ok "show has no colours without a terminal" sh -c "! grep -q '$(printf '\033')' '$here/out'"
ok "show removes its folder" leaves_nothing
LC_ALL=C
ok "show works in the C locale" run 0 show
ok "show is ASCII there" is_ascii
LC_ALL=C.UTF-8
ok "show as JSON" run 0 show --json --dir "$lab"
ok "the line authenticates" says '"authenticated":true'
ok "the server knows" says '"order":"Installed"'
ok "the outbox is empty" says '"messagesWaiting":0'
ok "one TLS connection until installed" says '"connectionsUntilInstalled":1'
ok "show twice in one folder" run 0 show --json --dir "$lab"
ok "a folder that cannot be made" run 1 show --dir /dev/null/x
ok "is told in a sentence" complains "Details:"
ok "a negative delay is wrong use" run 2 show --apdu-delay=-1
ok "no command is wrong use" run 2
ok "an unknown command is wrong use" run 2 dance
ok "an unknown option is wrong use" run 2 orders --dance
ok "--version" run 0 --version

for command in show serve order orders release cancel "card new" "card list" "card plug" \
  "card knobs"; do
  # shellcheck disable=SC2086 # two words are two arguments
  ok "$command --help" run 0 $command --help
done

# As in the manual's example: the chip is made while the server makes its authority.
"$program" serve --dir "$here/fresh" --port 0 >/dev/null 2>"$here/fresh-err" &
server=$!
ok "a chip is made while the first server starts" run 0 card new demo --dir "$here/fresh"
ok "an order is made meanwhile" run 0 order --dir "$here/fresh"
kill -INT "$server"
wait "$server"
ok "all agree on one authority" run 0 card new other --dir "$here/fresh"
server=

"$program" serve --dir "$lab" --port 0 --client-certificates operators >"$here/serve" 2>&1 &
server=$!
tries=0
until grep -q 'Client certificate' "$here/serve" || [ "$tries" -ge 600 ]; do
  tries=$((tries + 1))
  sleep 0.1
done
address=$(cat "$lab/address")
ok "serve writes the authority's certificate" grep -q 'BEGIN CERTIFICATE' "$lab/ci.pem"
ok "serve keeps its client's key to itself" test "$(stat -c %a "$lab/client.pem")" = 600

ok "order while the server runs" run 0 order --dir "$lab" --json --png "$here/code.png"
iccid=$(member iccid)
ok "its code names the server" says "LPA:1\$$address\$"
ok "its picture is a PNG" grep -q PNG "$here/code.png"
ok "cancel" run 0 cancel "$iccid" --dir "$lab"
ok "cancel twice is refused" run 1 cancel "$iccid" --dir "$lab"
ok "an order held back" run 0 order --dir "$lab" --json --unreleased
iccid=$(member iccid)
ok "release" run 0 release "$iccid" --dir "$lab"
ok "release of nothing is refused" run 1 release 8999901000000000009 --dir "$lab"
echo 12345 >"$here/confirmation"
ok "a confirmation code from a file" \
  run 0 order --dir "$lab" --confirmation-code-file "$here/confirmation" --ppr 1,2
ok "the code announces it" says '$$1'
ok "a test plan" run 0 order --dir "$lab" --class test
ok "rules on a test plan are refused" run 1 order --dir "$lab" --class test --ppr 1
ok "a code that is nowhere" run 1 order --dir "$lab" --confirmation-code-file "$here/nothing"
ok "a rule that does not exist" run 2 order --dir "$lab" --ppr 3
ok "a class that does not exist" run 2 order --dir "$lab" --class royal
ok "an icon that is none" run 1 order --dir "$lab" --icon "$here/confirmation"
ok "an ICCID with a wrong check digit" run 1 order --dir "$lab" --iccid 8999901000000000001
ok "an address that is none" run 1 order --dir "$lab" --address 'http://x'
ok "orders" run 0 orders --dir "$lab"
ok "orders list the cancelled one" says order-cancelled
ok "orders as JSON" run 0 orders --json --dir "$lab"

kill -INT "$server"
wait "$server"
status=$?
server=
ok "serve ends well at SIGINT" test "$status" -eq 0

ok "card new" run 0 card new one --dir "$lab"
ok "card new of the same name is refused" run 1 card new one --dir "$lab"
ok "card new with a path for a name is refused" run 1 card new ../one --dir "$lab"
ok "card new, empty" run 0 card new two --empty --memory 60000 --dir "$lab"
ok "card new, empty and not" run 2 card new three --empty --pp --dir "$lab"
ok "card new, T=1" run 0 card new t1 --empty --t1 --dir "$lab"
ok "card new, T=1 and T=0" run 2 card new three --t0 --t1 --dir "$lab"
ok "card new with an EID that is none" run 1 card new three --eid 1234 --dir "$lab"
ok "card list" run 0 card list --dir "$lab"
ok "a chip speaks T=0 where nothing is said" says "T=0"
ok "card list shows what is in use" says "(in use)"
ok "card list knows the other protocol" says "T=1"
ok "card plug of nothing" run 1 card plug nothing --dir "$lab"

turn_knobs ()
{
  printf '%s\n' "delay 1" "fail 1 6F00" "fail-bpp 5 10" "memory 100" "memory real" "cat-busy 1" \
    pull insert dance "fail x y" quit |
    "$program" card plug one --port 1 --dir "$lab" >"$here/out" 2>"$here/err"
  [ "$(grep -c '^ok$' "$here/out")" -eq 8 ]
}
ok "the knobs of a chip in a reader" turn_knobs
ok "a knob that is none" says "no such knob"

echo "1..$n"
exit "$failed"
