#!/usr/bin/env bash
# old_cpu_test.sh BENCH KERNEL_HASHES: both run on an x86-64 machine without AVX, emulated by qemu-user.
# Exit code 77 (ctest: skipped) where qemu-x86_64 is not installed.
set -euo pipefail

bench=$1
kernel_hashes=$2
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
for isa in avx2 avx512; do
  status=0
  { "${old_cpu[@]}" "$kernel_hashes" "$isa" || status=$?; } >"$work/forced" 2>&1
  [ "$status" -eq $((128 + 4)) ] || fail "$isa kernels on an emulated Nehalem: expected SIGILL, exit code $status"
done
rm "$work/forced"

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

status=0
"${old_cpu[@]}" "$bench" --benchmark_filter="^$row\$" --isa=avx512 >"$work/refused" 2>"$work/refusal" || status=$?
[ "$status" -eq 2 ] || fail "--isa=avx512: expected exit code 2, exit code $status"
[ ! -s "$work/refused" ] || fail "--isa=avx512: something on stdout"
[ "$(grep -vc '^qemu-x86_64: warning' "$work/refusal")" -eq 1 ] || fail "--isa=avx512: expected one line on stderr"
grep -q avx512 "$work/refusal" || fail "--isa=avx512: the line does not name it"
echo "bench --isa=avx512 there: $(cat "$work/refusal")"
