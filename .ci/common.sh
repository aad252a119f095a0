# What the scripts of this folder share. Sourced, not run.
#
# The folder is for a machine with registries of packages but none of images, and no engine: Debian,
# root, nothing installed. The product knows nothing of it; it sees an engine that answers, and image
# names from a .env. Each script looks at what is there and does only what is missing.
# shellcheck shell=bash

cache=${XDG_CACHE_HOME:-$HOME/.cache}/unclog-ci # downloads and the engine's images; safe to delete
mkdir -p "$cache"

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

die() {
  say "$*"
  exit 1
}

# logged FILE COMMAND...: runs it with its output in FILE, which is shown only when it fails.
logged() {
  "${@:2}" </dev/null >"$1" 2>&1 || {
    tail -n 20 "$1" >&2
    die "failed: ${*:2:4} … (all it said: $1)"
  }
}

# The suites of a snapshot are older than their "valid until".
apt_get() { DEBIAN_FRONTEND=noninteractive apt-get -qy -o Acquire::Check-Valid-Until=false "$@"; }

# A source that fails, of another vendor say, is no reason to stop: the install tells whether it was needed.
apt_update() { apt_get update >"$cache/apt-update.log" 2>&1 || say "apt-get update complained: $cache/apt-update.log"; }

# ensure_packages NAME...: installs those that are missing; costs nothing when all are there.
ensure_packages() {
  local missing=() name
  for name in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || missing+=("$name")
  done
  ((${#missing[@]})) || return 0
  say "installing ${missing[*]}"
  apt_update
  logged "$cache/apt-install.log" apt_get install --no-install-recommends "${missing[@]}"
}

# The address from which this machine itself takes Debian, perhaps a mirror.
debian_uri() {
  local query=(apt-get indextargets --format '$(REPO_URI)' 'Label: Debian' 'Created-By: Packages') uri
  uri=$("${query[@]}")
  [[ $uri ]] || { apt_update && uri=$("${query[@]}"); } # apt knows labels once it has fetched its lists
  [[ $uri ]] || die 'apt has no source of Debian, so its address cannot be told'
  printf '%s\n' "${uri%%$'\n'*}"
}
