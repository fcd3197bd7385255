#!/usr/bin/env bash
# isa_symbols_test.sh CXX NM {--isa ISA OBJECT...}...
#
# A function that several files define (an inline function, an instance of a template) is a weak symbol: the linker keeps one
# copy for everybody. If that is the copy of a file compiled for AVX-512, machines without AVX-512 crash in it. So each weak
# symbol of such a file has to be its instruction set's own, which its name shows by mentioning an xsimd architecture that
# nobody else instantiates; and no two instruction sets may define the same one.
# Optimisation inlines most of them away, so a debug build has the most to say.
set -euo pipefail

cxx=$1
nm=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# own_names ISA: what a name that is this instruction set's own matches; nothing for those that every machine has.
own_names() {
  case $1 in
    sse2 | neon64) ;;
    avx2) echo 'xsimd::(avx2?\>|fma3<xsimd::avx2>)' ;;
    avx512) echo 'xsimd::avx512|simd_avx512_' ;;
    *) echo "unknown instruction set: $1" >&2 && return 1 ;;
  esac
}

# check ISA OBJECT: says what it found; fails if the object shares what it must not. Counts its own weak symbols in `own`.
# DW.ref.* are pointers that the compiler makes for exception handling: no instructions.
check() {
  local isa=$1 object=$2 pattern
  pattern=$(own_names "$isa")
  "$nm" --defined-only "$object" >"$work/symbols"
  if ! grep -Eq '^[0-9a-f]* +[TDRB] ' "$work/symbols"; then
    echo "$isa: $object defines nothing that anybody could use: is it the right file?"
    return 1
  fi
  awk '$2 ~ /^[WVu]$/ && $3 !~ /^DW\.ref\./ { print $3 }' "$work/symbols" | sort -u >"$work/weak"
  sed "s/\$/ $isa/" "$work/weak" >>"$work/all"
  own=$(wc -l <"$work/weak")
  [ -n "$pattern" ] || return 0
  c++filt <"$work/weak" | sort -u >"$work/names"
  if grep -Ev "$pattern" "$work/names" >"$work/foreign"; then
    echo "$isa: ${object##*/} has $(wc -l <"$work/foreign") functions that the linker may give to machines without $isa:"
    head -n 40 "$work/foreign"
    return 1
  fi
}

# check_pairs: whether any weak symbol was seen under two instruction sets.
check_pairs() {
  sort -u "$work/all" | awk '$1 == last { print $1 " in " isa " and " $2; found = 1 } { last = $1; isa = $2 } END { exit found }' |
    c++filt
}

# First the checks themselves: they have to object to what is shared, and to let an instruction set's own functions pass.
cat >"$work/probe.cpp" <<'CPP'
namespace xsimd { struct avx512bw {}; struct avx2 {}; template <class> struct fma3 {}; }
template <class Arch> [[gnu::noinline]] inline int shared(int x) { return x + 1; }
int use_own(int x) { return shared<ARCH>(x); }
CPP
for probe in 'avx2 xsimd::fma3<xsimd::avx2> 0' 'avx2 int 1' 'avx2 xsimd::avx512bw 1' 'avx512 xsimd::avx512bw 0' \
  'avx512 xsimd::avx2 1'; do
  read -r isa arch expected <<<"$probe"
  "$cxx" -std=c++20 "-DARCH=$arch" -c -o "$work/probe.o" "$work/probe.cpp"
  : >"$work/all"
  status=0
  check "$isa" "$work/probe.o" >/dev/null || status=$?
  if [ "$status" -ne "$expected" ] || [ "$own" -ne 1 ]; then
    echo "blind: a function of $arch in a file for $isa gives $status, not $expected"
    exit 1
  fi
done
sed p "$work/all" | sed '1s/avx512/avx2/' >"$work/two" && mv "$work/two" "$work/all"
if check_pairs >/dev/null; then echo "blind: does not see a symbol under two instruction sets" && exit 1; fi

: >"$work/all"
failed=0
checked=0
while [ $# -gt 0 ]; do
  if [ "$1" = --isa ]; then
    isa=$2
    shift 2
    continue
  fi
  if check "$isa" "$1"; then
    echo "$isa: ${1##*/} shares nothing that others could trip over; $own weak symbols"
  else
    failed=1
  fi
  checked=$((checked + 1))
  shift
done
check_pairs || failed=1
[ "$checked" -gt 0 ] || { echo "no object file to check" && exit 1; }
exit "$failed"
