#!/usr/bin/env bash
# compare_test.sh KERNEL_HASHES: this machine's instruction sets agree, and compare.sh objects where they would not.
set -euo pipefail

kernel_hashes=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$kernel_hashes" >"$work/real"
isas=$(awk '!seen[$2]++ { printf "%s%s", separator, $2; separator = "," }' "$work/real")
others=$isas
if [[ $isas == *,* ]]; then
  "$here/compare.sh" "$isas" "$work/real"
else
  echo "only $isas runs here: its own hashes stand in for another instruction set"
  others=$isas,other
  awk -v isa="$isas" '{ print } $2 == isa { print $1, "other", $3 }' "$work/real" >"$work/two"
  mv "$work/two" "$work/real"
  "$here/compare.sh" "$others" "$work/real"
fi

must_fail() {
  if "$here/compare.sh" "$2" "$3" >"$work/out" 2>&1; then
    echo "compare.sh accepted $1:"
    cat "$work/out"
    exit 1
  fi
  echo "compare.sh objects to $1: $(head -n 1 "$work/out")"
}

last=${others##*,}
awk -v isa="$last" '$2 == isa && $1 == "mean/pairwise/fp32" { $3 = "0" } { print }' "$work/real" >"$work/wrong"
awk -v isa="$last" '$2 == isa && $1 == "sum/sequential/fp64" { next } { print }' "$work/real" >"$work/short"
grep -v pairwise "$work/real" >"$work/no_pairwise"
: >"$work/empty"
must_fail 'a wrong hash' "$others" "$work/wrong"
must_fail 'a missing kernel' "$others" "$work/short"
must_fail 'a missing method' "$others" "$work/no_pairwise"
must_fail 'a missing instruction set' "$others,absent" "$work/real"
must_fail 'a single instruction set' "$last" "$work/real"
must_fail 'an empty file' "$others" "$work/empty"
