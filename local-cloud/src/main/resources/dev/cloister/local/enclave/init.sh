# Does for a local enclave what the init of AWS does in a real one: mounts what a program expects, makes the image's root
# filesystem the only one there is, starts the program, reaps its orphans, and ends when it ends.
#
# Runs in a statically linked busybox as process 1 of new mount, pid, network, ipc and uts namespaces.
#
#   $1 busybox   $2 root filesystem   $3 folder of the sockets that stand for vsock ports and the security module
#   $4 program   $5... its arguments
#
# The environment is the program's and is handed on as it is, so nothing here may depend on PATH.
set -eu
do=$1 root=$2 platform=$3
shift 3

$do mount -o bind "$root" "$root"
cd "$root"
$do mount -t proc -o nosuid,nodev,noexec proc proc
$do mount -t tmpfs -o mode=755,nosuid dev dev
for device in null zero full random urandom tty; do
    : >"dev/$device"
    $do mount -o bind "/dev/$device" "dev/$device"
done
$do ln -s /proc/self/fd dev/fd
$do ln -s /proc/self/fd/0 dev/stdin
$do ln -s /proc/self/fd/1 dev/stdout
$do ln -s /proc/self/fd/2 dev/stderr
$do mkdir dev/shm dev/old
$do mount -t tmpfs -o mode=1777,nosuid,nodev,noexec shm dev/shm
$do mount -t tmpfs -o mode=755,nosuid,nodev,noexec run run
$do mount -t tmpfs -o mode=1777,nosuid,nodev,noexec tmp tmp
$do mkdir run/platform
$do mount -o bind "$platform" run/platform

# From here on nothing of this machine's own files is to be seen.
$do cp "$do" dev/busybox
$do pivot_root . dev/old
cd /
/dev/busybox umount -l /dev/old
/dev/busybox rmdir /dev/old
/dev/busybox rm /dev/busybox

"$@" &
wait $!
