# Runs a machine, and ends it as soon as standard input ends: when the launcher closes it, or is gone, killed without a
# word included. What a launcher that is gone can no longer clean up is cleaned up here.
#
#   $1 process id of the launcher   $2 its folder of this machine's files   $3 QEMU   $4... its arguments
set -eu
launcher=$1 folder=$2
shift 2

exec 3<&0 </dev/null
# Should this shell be killed, QEMU goes with it.
setpriv --pdeathsig KILL -- "$@" 3<&- &
machine=$!
{
    read -r _ <&3 || true
    kill -KILL "$machine" 2>/dev/null || true
} >/dev/null 2>&1 &
watch=$!
exec 3<&-
status=0
wait "$machine" 2>/dev/null || status=$?
kill -KILL "$watch" 2>/dev/null || true
[ -d "/proc/$launcher" ] || rm -rf -- "$folder"
exit "$status"
