#!/bin/sh
# usage: hello.sh [-o DIR] [WORD...]
# Prints its arguments, one per line, and writes them to DIR/hello.txt too. Shell built-ins only: it costs what a run
# costs, and nothing more.
set -eu

output=
if [ "${1-}" = -o ] && [ $# -ge 2 ]; then
    output=$2
    shift 2
fi
[ $# -gt 0 ] || set -- hello
printf '%s\n' "$@"
[ -z "$output" ] || printf '%s\n' "$@" > "$output/hello.txt"
