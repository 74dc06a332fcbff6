# Sourced by agent/run.sh and tests/run.sh: installs the Debian packages that are missing, and says so.
# Works as root or with sudo; asks nothing.

build_packages="g++ cmake ninja-build pkg-config libasio-dev libcpp-httplib-dev nlohmann-json3-dev libsqlite3-dev
  libfmt-dev libspdlog-dev libtomlplusplus-dev libcli11-dev libssl-dev libsystemd-dev prometheus-cpp-dev
  libprotozero-dev zlib1g-dev ca-certificates"

# install_packages NAME...: those of them that are not installed.
install_packages() {
  missing=""
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  as_root=""
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "missing packages:$missing; become root, or install sudo" >&2; exit 69; }
    as_root=sudo
  fi
  echo "installing:$missing"
  $as_root apt-get update -qq
  # shellcheck disable=SC2086
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

# say WORDS...: what is being done, so that a long step does not look stuck.
say() { echo "== $*"; }
