#!/usr/bin/env bash
# Runs the program permdelta: tools/permdelta.sh compare base.json contender.json
#
# Installs what is missing (Debian, Ubuntu: apt-get, as root or by sudo), builds build/release/bin/permdelta if it is not up to
# date, and becomes it: arguments, working directory, stdout and exit code are the program's.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=setup.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/setup.sh"

set_up permdelta OFF "${program_packages[@]}"
exec "$release_dir/bin/permdelta" "$@"
