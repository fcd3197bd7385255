#!/usr/bin/env bash
# old_cpu_test.sh BENCH KERNEL_HASHES ISA...: both run on an x86-64 machine without AVX, emulated by qemu-user; where the
# instruction sets ISA that they have leave out sse2, bench says that it can't.
# Exit code 77 (ctest: skipped) where qemu-x86_64 is not installed.
set -euo pipefail

bench=$1
kernel_hashes=$2
isas=" ${*:3} "
if ! command -v qemu-x86_64 >/dev/null; then
  echo "qemu-x86_64 (Debian: qemu-user) is not installed"
  exit 77
fi
if grep -q __asan_init "$bench"; then
  echo "AddressSanitizer's shadow memory does not fit into the emulator"
  exit 77
fi
old_cpu=(qemu-x86_64 -cpu Nehalem)
row=layernorm/pairwise/fp32/normal/n:512
ulimit -c 0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "FAILED: $1"
  for file in "$work"/*; do
    echo "--- ${file##*/}"
    head -n 40 "$file"
  done
  exit 1
}

# The emulator really refuses what an old machine refuses; without that, nothing below would say anything.
for isa in ${isas/ sse2 / }; do
  status=0
  { "${old_cpu[@]}" "$kernel_hashes" "$isa" || status=$?; } >"$work/forced" 2>&1
  [ "$status" -eq $((128 + 4)) ] || fail "$isa kernels on an emulated Nehalem: expected SIGILL, exit code $status"
  rm "$work/forced"
done

# refused STATUS WORD FLAG...: bench ends so, with one line on stderr that has the word.
refused() {
  local status=0
  "${old_cpu[@]}" "$bench" --benchmark_filter="^$row\$" "${@:3}" >"$work/out" 2>"$work/log" || status=$?
  sed -i '/^qemu-x86_64: warning/d' "$work/log"
  [ "$status" -eq "$1" ] || fail "bench ${*:3}: expected exit code $1, exit code $status"
  [ ! -s "$work/out" ] || fail "bench ${*:3}: something on stdout"
  [ "$(wc -l <"$work/log")" -eq 1 ] || fail "bench ${*:3}: expected one line on stderr"
  grep -q "$2" "$work/log" || fail "bench ${*:3}: the line has no '$2'"
  echo "bench ${*:3} there: $(cat "$work/log")"
}

refused 2 avx512 --isa=avx512
if [[ $isas != *' sse2 '* ]]; then
  refused 1 "compiled in:${isas% }$"
  exit
fi

"$kernel_hashes" sse2 >"$work/native_hashes"
"${old_cpu[@]}" "$kernel_hashes" >"$work/old_cpu_hashes" || fail "kernel_hashes: exit code $?"
[ -s "$work/native_hashes" ] || fail "no sse2 kernel at all"
cmp "$work/native_hashes" "$work/old_cpu_hashes" || fail "other kernels or other hashes than on this machine"
echo "$(wc -l <"$work/old_cpu_hashes") sse2 kernels give the same hashes here and on an emulated Nehalem"

"${old_cpu[@]}" "$bench" --benchmark_filter="^$row\$" --benchmark_min_time=0 --benchmark_format=json \
  >"$work/json" 2>"$work/log" || fail "bench: exit code $?"
grep -Eq '"isa": *"sse2"' "$work/json" || fail "bench did not choose sse2"
grep -q "\"name\": *\"$row" "$work/json" || fail "bench has no row $row"
if grep -q '"error_message"' "$work/json"; then fail "bench reports an error in its row"; fi
echo "bench runs on an emulated Nehalem and chooses sse2"
