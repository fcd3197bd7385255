#!/usr/bin/env bash
# Draws the README's figures from the runs beside them: docs/figures.sh PERMDELTA [DIRECTORY]
#
# The same runs and the same program give the same bytes.
set -euo pipefail

permdelta=$1
docs=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
out=${2:-$docs}
drawn=$(mktemp -d)
trap 'rm -rf "$drawn"' EXIT

# draw FIGURE RUN CHART VIEW: one chart of what a report of the run shows.
draw() {
  "$permdelta" report "$docs/$2" --format=svg --view="$4" -o "$drawn/$1"
  cp "$drawn/$1/$3.svg" "$out/$1.svg"
}

draw speed_fp32 speed_run.json throughput 'operation=sum&type=fp32'
draw speed_fp64 speed_run.json throughput 'operation=sum&type=fp64'
draw network_normal network_run.json network 'distribution=normal'
draw network_pareto network_run.json network 'distribution=pareto'
