#!/usr/bin/env bash
# loop_cost_test.sh LOOP_COST: what a row's timed loop costs around its function, in instructions, which no other load disturbs.
# Exit code 77 (ctest: skipped) where valgrind is not installed.
set -euo pipefail

program=$1
if ! command -v valgrind >/dev/null; then
  echo "valgrind is not installed"
  exit 77
fi
if grep -q __asan_init "$program"; then
  echo "valgrind does not run what is built with AddressSanitizer"
  exit 77
fi
"$program" bare 1 || exit $?

# instructions FORM TIMES: of the whole program.
instructions() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$1" "$2" 2>&1 | sed -n 's/.*Collected : \([0-9]*\)$/\1/p' | grep .
}

declare -A cost
for form in bare result row rows erased bare_kernel kernel; do
  # Twice the program but for the iterations in between.
  less=$(instructions "$form" 10000)
  more=$(instructions "$form" 30000)
  cost[$form]=$(((more - less + 10000) / 20000))
  printf '%-12s %3d instructions an iteration\n' "$form" "${cost[$form]}"
done

status=0
# expect_within FORM OTHER MAXIMUM: the difference in instructions.
expect_within() {
  local difference=$((cost[$1] - cost[$2]))
  [ "${difference#-}" -le "$3" ] || { echo "FAILED: $1 costs $difference instructions more than $2, $3 are allowed" && status=1; }
}
expect_within result row 1
expect_within rows row 1
expect_within row bare 2
expect_within kernel bare_kernel 3
[ "${cost[bare]}" -ge 8 ] || { echo "FAILED: a bare call of ${cost[bare]} instructions is not a call" && status=1; }
[ $((cost[erased] - cost[result])) -ge 5 ] || { echo "FAILED: a call through std::function is not seen" && status=1; }
exit "$status"
