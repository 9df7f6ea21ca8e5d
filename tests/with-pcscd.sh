#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs a command beside a pcscd of its own, with a virtual reader (vpcd), in namespaces of its own:
# neither the machine's pcscd nor its TCP ports are touched, and nothing is left behind.
#
#   with-pcscd.sh [--tap] COMMAND [ARGUMENT…]
#       exit status: the command's; 77 when it cannot be done here (with --tap: a TAP plan that
#       says so, and 0)
#   with-pcscd.sh --stop | --start
#       for the command itself: stops and starts that pcscd
#
# The command finds in its environment:
#   KT_VPCD_PORT   where the virtual reader waits for its card; the slot above it is a second reader
#   KT_PCSCD_DIR   this run's directory (reader.conf, pid, log)
#   KT_WITH_PCSCD  this script

set -u

driver=/usr/lib/pcsc/drivers/serial/libifdvpcd.so
port=${KT_VPCD_PORT:-36864}
PATH=$PATH:/usr/sbin:/sbin
tap=no

skip ()
{
  echo "with-pcscd: $1" >&2
  if [ "$tap" = yes ]; then
    echo "1..0 # SKIP $1"
    exit 0
  fi
  exit 77
}

# A process that has ended but that nobody has waited for yet counts as gone.
is_alive ()
{
  [ -r "/proc/$1/stat" ] && ! grep -qs '^[0-9]* (.*) Z' "/proc/$1/stat"
}

# Polls for up to ten seconds; the machine may be busy with other tests.
wait_until ()
{
  tries=0
  until "$@"; do
    tries=$((tries + 1))
    [ "$tries" -le 200 ] || return 1
    sleep 0.05
  done
}

socket_is_there ()
{
  [ -S /run/pcscd/pcscd.comm ]
}

is_gone ()
{
  ! is_alive "$1"
}

start_pcscd ()
{
  # What an ended daemon left behind must not be taken for a new one.
  rm -f /run/pcscd/pcscd.comm /run/pcscd/pcscd.pid
  pcscd --foreground --error --config "$KT_PCSCD_DIR/conf" >>"$KT_PCSCD_DIR/log" 2>&1 </dev/null &
  echo $! >"$KT_PCSCD_DIR/pid"
  wait_until socket_is_there
}

stop_pcscd ()
{
  pid=$(cat "$KT_PCSCD_DIR/pid" 2>/dev/null) || return 0
  kill "$pid" 2>/dev/null
  if ! wait_until is_gone "$pid"; then
    kill -KILL "$pid" 2>/dev/null
    wait_until is_gone "$pid"
  fi
  rm -f "$KT_PCSCD_DIR/pid"
}

inside ()
{
  ip link set lo up 2>/dev/null || skip "the loopback interface cannot be set up"
  if [ -d /run/pcscd ]; then
    mount -t tmpfs tmpfs /run/pcscd || skip "no private /run/pcscd"
  else
    mount -t tmpfs tmpfs /run || skip "no private /run"
    mkdir /run/pcscd
  fi
  KT_PCSCD_DIR=$(mktemp -d) || skip "no temporary directory"
  KT_VPCD_PORT=$port
  export KT_PCSCD_DIR KT_VPCD_PORT KT_WITH_PCSCD
  trap 'stop_pcscd; rm -rf "$KT_PCSCD_DIR"' EXIT
  trap 'exit 143' TERM
  trap 'exit 130' INT
  mkdir "$KT_PCSCD_DIR/conf"
  cat >"$KT_PCSCD_DIR/conf/reader.conf" <<END
FRIENDLYNAME "Kaitsu test reader"
DEVICENAME   /dev/null:$(printf '0x%04X' "$port")
LIBPATH      $driver
CHANNELID    $(printf '0x%04X' "$port")
END
  start_pcscd || skip "pcscd does not start: $(tail -n 1 "$KT_PCSCD_DIR/log")"
  "$@"
  status=$?
  # Leave by the trap, with the command's own status.
  exit $status
}

case ${1-} in
--start)
  start_pcscd
  exit
  ;;
--stop)
  stop_pcscd
  exit
  ;;
--inside)
  tap=$2
  shift 2
  inside "$@"
  ;;
--tap)
  tap=yes
  shift
  ;;
esac
[ $# -ge 1 ] || { echo "usage: with-pcscd.sh [--tap] COMMAND [ARGUMENT…]" >&2; exit 2; }

for tool in unshare pcscd ip mount; do
  command -v "$tool" >/dev/null || skip "$tool is not installed"
done
[ -e "$driver" ] || skip "the virtual reader's driver (vsmartcard-vpcd) is not installed"

KT_WITH_PCSCD=$(readlink -f "$0")
export KT_WITH_PCSCD
# With a PID namespace everything dies with its first process, however this run ends; it needs a
# /proc of its own, which some containers do not give.
for pid_flags in '--pid --mount-proc --kill-child' ''; do
  for user_flags in '' '--user --map-root-user'; do
    # shellcheck disable=SC2086 # the flags are words
    if unshare $user_flags --mount --net $pid_flags true 2>/dev/null; then
      exec unshare $user_flags --mount --net $pid_flags \
        "$KT_WITH_PCSCD" --inside "$tap" "$@"
    fi
  done
done
skip "no namespaces may be made here"
