#!/usr/bin/env bash
# Makes a blobs folder, in the names of AWS's: bzImage, bzImage.config, cmdline, init and, where the kernel has the driver
# as a module, nsm.ko. The kernel is Debian's, init is compiled from init.c beside this script and carries the kernel's
# vsock drivers. For images that boot without AWS; on AWS, take the blobs of aws-nitro-enclaves-cli-devel.
# usage: debian.sh DIR
# needs: apt-get with Debian's sources, dpkg-deb, gcc and libc6-dev, xz for compressed modules
#
# Packages are unpacked, never installed. A complete folder is left as it is; remove it to get newer packages.
# KERNEL_PACKAGE names another kernel than linux-image-cloud-amd64, such as linux-image-cloud-amd64/bookworm-backports.
set -euo pipefail
umask 022
export LC_ALL=C

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
readonly here

fail() {
    echo "blobs: error: $1" >&2
    [ -z "${2:-}" ] || echo "blobs: hint: $2" >&2
    exit 1
}

# What AWS's builder gives an x86_64 kernel (aws-nitro-enclaves-cli, blobs/x86_64/cmdline).
readonly cmdline='reboot=k panic=30 pci=off nomodules console=ttyS0 i8042.noaux i8042.nomux i8042.nopnp i8042.dumbkbd random.trust_cpu=on'

# Downloads a package into a folder of its own and prints the file's path.
download() {
    local folder=$1 package=$2
    mkdir -p "$folder"
    # The folder belongs to us, which apt's own user cannot write.
    (cd "$folder" && apt-get -q -o APT::Sandbox::User=root download "$package") >"$folder/log" 2>&1 ||
        fail "cannot download $package: $(tail -n 1 "$folder/log")" "apt-get update"
    find "$folder" -name '*.deb'
}

# The package of a kernel's own, which its meta package depends on.
kernel_package() {
    local meta
    meta=$(download "$work/meta" "${KERNEL_PACKAGE:-linux-image-cloud-amd64}")
    dpkg-deb -f "$meta" Depends | tr ',|' '\n\n' | awk '/linux-image-/ { print $1; exit }'
}

make_kernel() {
    local package deb
    package=$(kernel_package)
    [ -n "$package" ] || fail "${KERNEL_PACKAGE:-linux-image-cloud-amd64} names no kernel"
    deb=$(download "$work/kernel" "$package")
    mkdir "$work/files"
    dpkg-deb --fsys-tarfile "$deb" |
        tar -x -C "$work/files" --wildcards --no-wildcards-match-slash './boot/vmlinuz-*' './boot/config-*'
    mv "$work"/files/boot/vmlinuz-* "$partial/bzImage"
    mv "$work"/files/boot/config-* "$partial/bzImage.config"
    make_nsm "$deb"
    make_init "$deb"
}

# Kernels before 6.8 have no driver for the security module.
make_nsm() {
    module "$1" nsm "$partial/nsm.ko"
    [ -s "$partial/nsm.ko" ] || rm "$partial/nsm.ko"
}

# Takes a module out of the kernel's package, uncompressed; an empty file where the kernel has it built in or not at all.
module() {
    local deb=$1 name=$2 target=$3
    dpkg-deb --fsys-tarfile "$deb" | tar -x -O --wildcards "*/$name.ko*" >"$work/module" 2>/dev/null || true
    case "$(head -c 6 "$work/module" | od -An -tx1 | tr -d ' \n')" in
        fd377a585a00) xz -dc <"$work/module" >"$target" ;;
        28b52ffd*) fail "the modules of this kernel are compressed with zstd" "choose another one with KERNEL_PACKAGE" ;;
        *) cp "$work/module" "$target" ;;
    esac
}

# In the order in which init loads them.
readonly vsock_modules=(virtio_ring virtio virtio_mmio vsock vmw_vsock_virtio_transport_common
    vmw_vsock_virtio_transport)

make_init() {
    local name
    mkdir "$work/modules"
    for name in "${vsock_modules[@]}"; do
        module "$1" "$name" "$work/modules/$name.ko"
    done
    command -v gcc >/dev/null || fail "no gcc to compile init with" "apt-get install gcc libc6-dev"
    # Nothing of this machine's folders or of the time gets in: the file is measured.
    gcc -std=gnu11 -Os -Wall -Wextra -Werror -static -s -Wl,--build-id=none -Wa,-I"$work/modules" \
        -o "$partial/init" "$here/init.c" || fail "init.c cannot be compiled" "apt-get install gcc libc6-dev"
    chmod 755 "$partial/init"
}

main() {
    [ $# -eq 1 ] || { echo "usage: debian.sh DIR" >&2; exit 2; }
    local target=$1
    if [ -d "$target" ]; then
        [ -s "$target/init" ] || fail "$target exists and is no blobs folder" "name another folder"
        return
    fi
    [ "$(dpkg --print-architecture)" = amd64 ] || fail "only x86_64 kernels are packaged for this"
    mkdir -p "$(dirname "$target")"
    work=$(mktemp -d)
    partial=$(mktemp -d "$target.XXXXXX")
    trap 'rm -rf "$work" "$partial"' EXIT
    trap 'exit 130' INT TERM HUP
    chmod 755 "$partial"
    make_kernel
    printf '%s\n' "$cmdline" >"$partial/cmdline"
    mv -T "$partial" "$target"
}

main "$@"
