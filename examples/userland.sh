#!/bin/sh
# Makes the root filesystem of an image from Debian packages.
# usage: userland.sh PACKAGES_FILE OUTPUT.tar
# needs: mmdebstrap; not as root also uidmap and a range of ids in /etc/subuid and /etc/subgid
#
# The same package versions give the same bytes. They come from the Debian sources apt is configured with on this
# machine, as of now: who wants last year's image points apt at last year's archive. Nothing about the machine gets in.
#
# Packages are extracted, not installed: no script of theirs runs, which keeps perl and apt out of the image. The few
# things their scripts would have made and that are needed are made below; other packages may need more lines there.
set -eu
umask 022
export LC_ALL=C

fail() {
    echo "userland: error: $1" >&2
    [ $# -lt 2 ] || echo "userland: hint: $2" >&2
    exit 1
}

# Debian's layout since usr-merge, made before the first package is extracted.
prepare() {
    for name in bin sbin lib lib64; do
        mkdir -p "$1/usr/$name"
        ln -s "usr/$name" "$1/$name"
    done
}

# Runs inside mmdebstrap, as root or as what looks like it, when every package is extracted.
finish() {
    cd "$1"

    # The bill of materials, in the form that scanners read.
    for deb in var/cache/apt/archives/*.deb; do
        dpkg-deb -f "$deb" | sed '1a Status: install ok installed'
        echo
    done > status

    make_what_scripts_would
    drop_what_nobody_reads

    mkdir -p proc run sys tmp var/tmp var/lib/dpkg
    chmod 1777 tmp var/tmp
    mv status var/lib/dpkg/
    find . -xdev -type f -perm /6000 -exec chmod ug-s {} +

    # Byte code, so that a start on a read-only root compiles nothing; never checked again, as the root never changes.
    if [ -x usr/bin/python3 ]; then
        PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1 chroot . /usr/bin/python3 -m compileall -q \
            --invalidation-mode unchecked-hash /usr/lib/python3 /usr/lib/python3.[0-9]*
    fi
}

make_what_scripts_would() {
    for real in usr/lib/*/blas/libblas.so.3 usr/lib/*/lapack/liblapack.so.3; do
        [ ! -e "$real" ] || ln -s "${real#usr/lib/*/}" "$(dirname "$(dirname "$real")")/"
    done
    for name in passwd group; do
        [ ! -e usr/share/base-passwd/$name.master ] || cp usr/share/base-passwd/$name.master etc/$name
    done
    if [ -d usr/share/ca-certificates ]; then
        find usr/share/ca-certificates -name '*.crt' | sort | xargs cat > etc/ssl/certs/ca-certificates.crt
    fi
}

# Documentation (but not the licences), translations, headers, tests, legacy encodings, package management, and what
# names the machine this ran on.
drop_what_nobody_reads() {
    find usr/share/doc ! -type d ! -name copyright -delete
    find usr/share/doc -type d -empty -delete
    (cd usr/share && rm -rf applications base-passwd bash-completion bug ca-certificates debconf debhelper doc-base \
        gcc info lintian locale man menu perl5 pixmaps zsh)
    rm -rf usr/include usr/lib/*/gconv usr/lib/systemd var/lib/systemd etc/cron.* etc/init.d etc/systemd \
        etc/apt etc/dpkg etc/hostname etc/machine-id etc/resolv.conf var/cache var/lib/apt var/lib/dpkg var/log
    (cd usr/lib && rm -rf python3.*/dist-packages python3.*/distutils python3.*/ensurepip python3.*/idlelib \
        python3.*/lib2to3 python3.*/pydoc_data python3.*/test \
        python3/dist-packages/numpy/f2py python3/dist-packages/numpy/core/_simd.*)
    find usr/lib/python3* -type d -name tests -prune -exec rm -rf {} +
}

# Debian's own among the sources apt is configured with, one `deb` line each.
sources() {
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    [ -e $keyring ] && options="[signed-by=$keyring] " || options=
    apt-get indextargets --format '$(ORIGIN) $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
        sed -n "s|^Debian |deb $options|p" | sort -u
}

make() {
    packages_file=$1 output=$2
    [ -r "$packages_file" ] || fail "cannot read $packages_file"
    command -v mmdebstrap > /dev/null || fail "mmdebstrap is not installed" "apt-get install mmdebstrap"
    packages=$(sed 's/#.*//' "$packages_file" | xargs | tr ' ' ,)
    [ -n "$packages" ] || fail "$packages_file names no package"

    work= partial=
    trap 'rm -rf "$work" "$partial"' EXIT
    trap 'exit 130' INT TERM HUP
    work=$(mktemp -d)
    partial=$(mktemp "$output.XXXXXX") || fail "cannot write beside $output"
    sources > "$work/sources.list"
    [ -s "$work/sources.list" ] || fail "apt knows no source of Debian packages" "apt-get update"
    # A proxy and the like; mmdebstrap reads nothing of /etc/apt by itself.
    apt-config dump --no-empty --format '%F "%v";%n' Acquire::http Acquire::https Acquire::Check-Valid-Until \
        > "$work/apt.conf"

    hint="its own message is above"
    [ "$(id -u)" = 0 ] || hint="an ordinary user needs uidmap and a range of ids in /etc/subuid and /etc/subgid"
    export SOURCE_DATE_EPOCH=1767225600
    USERLAND=$(realpath "$0")
    export USERLAND
    # The cleanup it skips is of files that are gone by then.
    mmdebstrap --quiet --variant=extract --format=tar --include="$packages" --aptopt="$work/apt.conf" \
        --setup-hook='"$USERLAND" --prepare "$1"' --extract-hook='"$USERLAND" --finish "$1"' \
        --skip=output/dev,cleanup/apt,cleanup/mmdebstrap '' - "$work/sources.list" > "$partial" ||
        fail "mmdebstrap could not make the root filesystem" "$hint"
    # output/dev leaves out the device nodes and their folder with them.
    mkdir "$work/dev"
    tar --append --file="$partial" --numeric-owner --owner=0 --group=0 --mode=755 --mtime=@$SOURCE_DATE_EPOCH \
        -C "$work" ./dev
    chmod 644 "$partial"
    mv "$partial" "$output"
}

case "$#:${1-}" in
    2:--prepare) prepare "$2" ;;
    2:--finish) finish "$2" ;;
    2:*) make "$1" "$2" ;;
    *)
        echo "usage: userland.sh PACKAGES_FILE OUTPUT.tar" >&2
        exit 2
        ;;
esac
