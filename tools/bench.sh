#!/usr/bin/env bash
# Runs the benchmark program: tools/bench.sh --benchmark_filter=layernorm
#
# Installs what is missing (Debian, Ubuntu: apt-get, as root or by sudo), builds build/release/bin/bench if it is not up to
# date, and becomes it: arguments, working directory, stdout and exit code are the program's.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=setup.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/setup.sh"

set_up bench OFF "${program_packages[@]}"
exec "$release_dir/bin/bench" "$@"
