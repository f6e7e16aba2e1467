#!/bin/sh
# Installs what is missing, and nothing else. Says nothing when there is nothing to do.
#
#   setup.sh packages   npm packages, Node >= 24.12 among them
#   setup.sh run        and ffmpeg
#   setup.sh test       and what the tests talk to: a broker, a database, a browser, an RTSP server
#
# npm puts node_modules/.bin first on the PATH of its scripts, so what comes after this runs with the Node installed here.
set -eu
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# npm must not run with the Node that it is about to replace.
outer_path=$(printf '%s' "$PATH" | tr ':' '\n' | grep -v '/node_modules/\.bin/*$' | paste -s -d ':' -)
stamp=node_modules/.zone-gateway-setup

install_packages() {
  lock=$(cksum <package-lock.json)
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$lock" ] && [ -x node_modules/.bin/node ]; then return 0; fi
  PATH=$outer_path have npm || fail 'npm is missing: install Node 20 or newer with npm'
  say 'installing npm packages'
  # Development packages too: Node itself, and the builder of the dashboard, are among them.
  PATH=$outer_path NODE_ENV='' npm ci --include=dev --no-audit --no-fund --loglevel=error >/dev/null ||
    fail 'npm could not install the packages, see above'
  PATH=$PWD/node_modules/.bin:$outer_path node -e '
    const [major, minor] = process.versions.node.split(".").map(Number)
    process.exit(major > 24 || (major === 24 && minor >= 12) ? 0 : 1)' ||
    fail 'Node 24.12 or newer is missing, and the npm package "node" did not bring one'
  printf '%s\n' "$lock" >"$stamp"
}

# Somebody who can be asked for a password, or nobody.
if [ -t 0 ]; then ask=; else ask=-n; fi
as_root() {
  # shellcheck disable=SC2086 # empty, or one option
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo $ask "$@"; fi
}

# Debian starts a service as soon as its package is there. Tests start their own on free ports, so those stay off.
policy=/usr/sbin/policy-rc.d
keep_services_off() {
  [ -e "$policy" ] && return 0
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null && as_root chmod 755 "$policy"
  trap 'as_root rm -f "$policy"' EXIT
}
stay_off_after_boot() {
  have systemctl || return 0
  for service in mosquitto influxdb victoria-metrics; do
    case " $* " in *" $service "*) as_root systemctl disable --quiet "$service" >/dev/null 2>&1 || say "could not disable $service at boot" ;; esac
  done
}

apt_install() {
  if [ "$(id -u)" -ne 0 ] && ! have sudo; then fail "missing: $*. Install with: apt-get install $*"; fi
  say "installing Debian packages: $*"
  keep_services_off
  # No index yet, as in a fresh container, or an index too old for the mirror: then fetch it, else save the time.
  if ! ls /var/lib/apt/lists/*Packages* >/dev/null 2>&1 || ! apt_get install "$@" 2>/dev/null; then
    apt_get update && apt_get install "$@" || fail "apt-get could not install: $*"
  fi
  stay_off_after_boot "$@"
}
apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 --no-install-recommends "$@" >/dev/null
}
lacks_package() { ! dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }

# A program counts as there wherever it came from; libraries are asked from dpkg.
install_programs() {
  wanted=$1 libraries=$2 missing=
  PATH=$PATH:/usr/sbin:/usr/local/sbin
  for pair in $wanted; do have "${pair#*=}" || missing="$missing ${pair%=*}"; done
  if have apt-get; then
    for library in $libraries; do if lacks_package "$library"; then missing="$missing $library"; fi; done
    # shellcheck disable=SC2086 # a list of package names
    if [ -n "$missing" ]; then apt_install $missing; fi
  elif [ -n "$missing" ]; then
    have brew || fail "missing, and there is neither apt-get nor brew to install it:$missing"
    say "installing with brew:$missing"
    # shellcheck disable=SC2086
    brew install --quiet $missing >&2 || fail "brew could not install:$missing"
  fi
  for pair in $wanted; do have "${pair#*=}" || fail "missing: ${pair#*=}"; done
}

case ${1-} in
packages) install_packages ;;
run)
  install_packages
  install_programs 'ffmpeg=ffmpeg' ''
  ;;
test)
  install_packages
  install_programs 'ffmpeg=ffmpeg mosquitto=mosquitto influxdb=influxd victoria-metrics=victoria-metrics chromium=chromium' \
    'python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad
     gstreamer1.0-plugins-ugly gstreamer1.0-x gstreamer1.0-libav fonts-noto-cjk'
  ;;
*) fail 'say one of: packages, run, test' ;;
esac
