#!/usr/bin/env bash
# Checks that kernels whose order of additions is part of their definition compute the same bits on every instruction set.
#
#   compare.sh ISA,ISA,... FILE...
#
# The files hold lines of kernel_hashes, from any number of machines. Every ISA named has to be there, with every kernel; an
# ISA that is there unnamed is an error too. Exit code 0 only if all hashes agree and something was compared.
set -euo pipefail

fixed_order_methods='sequential pairwise exact'

if [ $# -lt 2 ]; then
  echo "usage: compare.sh ISA,ISA,... FILE..." >&2
  exit 2
fi
isas=$1
shift

awk -v isas="$isas" -v methods="$fixed_order_methods" '
  function complain(text) { print "compare.sh: " text > "/dev/stderr"; failed = 1 }
  BEGIN {
    isa_count = split(isas, isa, ",")
    for (i = 1; i <= isa_count; i++) named[isa[i]] = 1
    method_count = split(methods, fixed, " ")
    if (isa_count < 2) complain("one instruction set leaves nothing to compare")
  }
  NF != 3 || $3 !~ /^[0-9a-f]+$/ || split($1, part, "/") != 3 { complain("no line of kernel_hashes: " $0); next }
  !($2 in named) { complain("unexpected instruction set: " $0); next }
  (($1, $2) in hash) && hash[$1, $2] != $3 { complain("two hashes for " $1 " " $2); next }
  { hash[$1, $2] = $3; operation[part[1]]; type[part[3]] }
  END {
    for (o in operation) for (t in type) for (m = 1; m <= method_count; m++) {
      kernel = o "/" fixed[m] "/" t
      for (i = 1; i <= isa_count; i++) {
        if (!((kernel, isa[i]) in hash)) { complain("missing: " kernel " " isa[i]); continue }
        if (i == 1) continue
        compared++
        if (hash[kernel, isa[i]] != hash[kernel, isa[1]])
          complain(kernel ": " isa[i] " has " hash[kernel, isa[i]] ", " isa[1] " has " hash[kernel, isa[1]])
      }
    }
    expected = length(operation) * length(type) * method_count * (isa_count - 1)
    if (compared == 0 || compared != expected) complain("compared " compared + 0 " pairs of " expected)
    if (failed) exit 1
    print compared " pairs of hashes agree: " methods " on " isas
  }' "$@"
