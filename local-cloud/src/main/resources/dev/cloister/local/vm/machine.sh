# Runs a machine, and ends it at a word on standard input, or as soon as that ends because the launcher is gone, killed
# without a word included. What a launcher that is gone can no longer clean up is cleaned up here.
#
#   $1 folder of this machine's files   $2 QEMU   $3... its arguments
set -eu
folder=$1
shift

exec 3<&0 </dev/null
# Should this shell be killed, QEMU goes with it.
setpriv --pdeathsig KILL -- "$@" 3<&- &
machine=$!
{
    # The mark comes before the machine's end, after which the shell below looks for it. In a shell of its own: should
    # the folder be gone already, the machine ends all the same.
    read -r _ <&3 || (: >"$folder/orphaned") || true
    kill -KILL "$machine" || true
} >/dev/null 2>&1 &
watch=$!
exec 3<&-
status=0
wait "$machine" 2>/dev/null || status=$?
kill -KILL "$watch" 2>/dev/null || true
[ ! -e "$folder/orphaned" ] || rm -rf -- "$folder"
exit "$status"
