# Databases of one's own from the system's packages, never the system's own ones: shared by ./test and deploy/two-nodes.

say() { printf '\n== %s\n' "$*"; }
give_up() { printf '\n%s: %s\n' "$0" "$*" >&2; exit 1; }

# --- What is installed ------------------------------------------------------------------------------------------

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# need PROGRAM PACKAGE: installs the Debian package when the program is not there.
need() {
  command -v "$1" >/dev/null && return
  command -v apt-get >/dev/null || give_up "$1 is missing and there is no apt-get: install it, then run $0 again"
  say "installing $2 (for $1)"
  [ -n "${apt_updated:-}" ] || as_root apt-get update -q || give_up "apt-get update failed: is there a network?"
  apt_updated=yes
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$2" ||
    give_up "could not install $2: install it by hand, then run $0 again"
  hash -r
} >&2

newest_postgres() { printf '%s\n' /usr/lib/postgresql/*/bin | sort -t/ -k5 -n | tail -n 1; }

install_services() {
  PATH="$(newest_postgres):$PATH"
  need postgres postgresql
  PATH="$(newest_postgres):$PATH"
  local version
  version=$(postgres --version | grep -o '[0-9]*' | head -n 1)
  [ "$version" -ge 15 ] || give_up "PostgreSQL $version is too old: install 15 or newer"
  need redis-server redis-server
  PATH="$PATH:/usr/sbin"
  need haproxy haproxy
  need curl curl
}

# --- Running them -----------------------------------------------------------------------------------------------

free_port() {
  local port
  while port=$((20000 + RANDOM % 12000)); (: </dev/tcp/127.0.0.1/$port) 2>/dev/null; do :; done
  echo "$port"
}

# PostgreSQL refuses to run as root.
unprivileged() {
  if [ "$(id -u)" = 0 ]; then exec setpriv --reuid=postgres --regid=postgres --init-groups "$@"; else exec "$@"; fi
}

# await PID LOG COMMAND…: until the command succeeds; gives up when the process is gone or after 30 s.
await() {
  local pid=$1 log=$2 deadline=$((SECONDS + 30))
  shift 2
  until "$@" >/dev/null 2>&1; do
    kill -0 "$pid" 2>/dev/null && [ $SECONDS -lt $deadline ] || { cat "$log" >&2; give_up "$* never succeeded; the log is above"; }
    sleep 0.1
  done
}

# A directory of one's own. /var/tmp, because /tmp may be memory and the tests of durability want a disk.
new_scratch() {
  scratch=$(mktemp -d "/var/tmp/$1.XXXXXX")
  chmod 711 "$scratch"
  mkdir "$scratch/postgres" "$scratch/redis"
  [ "$(id -u)" = 0 ] && chown postgres "$scratch/postgres"
  (unprivileged initdb -D "$scratch/postgres/data" -U frontdesk -A trust -E UTF8 --no-locale) >"$scratch/initdb.log" 2>&1 ||
    { cat "$scratch/initdb.log" >&2; give_up "initdb failed; its output is above"; }
}

# start_postgres PORT: leaves its process in postgres_pid.
start_postgres() {
  (unprivileged postgres -D "$scratch/postgres/data" -p "$1" -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories="$scratch/postgres" -c max_connections=300 -c fsync=on) </dev/null >"$scratch/postgres.log" 2>&1 &
  postgres_pid=$!
  await "$postgres_pid" "$scratch/postgres.log" psql -h 127.0.0.1 -p "$1" -U frontdesk -c 'select 1' postgres
}

# start_redis PORT: leaves its process in redis_pid.
start_redis() {
  redis-server --port "$1" --bind 127.0.0.1 --dir "$scratch/redis" --save '' </dev/null >"$scratch/redis.log" 2>&1 &
  redis_pid=$!
  await "$redis_pid" "$scratch/redis.log" redis-cli -p "$1" ping
}
