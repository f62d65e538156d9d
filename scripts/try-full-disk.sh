#!/usr/bin/env bash
# Fills the disk of the database under programs at work, makes commits fail that went through, and looks whether everything that is
# in the database in the end is what it is after a run without any of this.
#
#   scripts/try-full-disk.sh                                   144 pictures; each disk is full for a minute
#   COPIES=2 FULL_SECONDS=20 scripts/try-full-disk.sh          fewer, shorter
#
# A PostgreSQL of its own keeps its tables and its write-ahead log on a small file system each, and is started again whenever it ends.
# Needs root (to mount, and to end backends), PostgreSQL's server programs, the RabbitMQ of this machine with rabbitmqctl, and
# `npm ci && npm run build`.
set -euo pipefail
cd "$(dirname "$0")/.."
checkout=$PWD

copies=${COPIES:-6}
full_seconds=${FULL_SECONDS:-60}
done_within=${DONE_WITHIN:-600}
port=${PORT:-5499}
[ "$(id -u)" = 0 ] || { echo "This needs root, to mount file systems." >&2; exit 1; }
# shellcheck disable=SC2012
postgres=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)

home=$(mktemp -d)
chmod 755 "$home"
cd "$home"
mkdir tables log pictures originals
programs=() vhosts=()

# stop PID…: ends them, and waits until they are gone.
stop() {
  for pid in "$@"; do kill "$pid" 2>/dev/null || true; done
  for pid in "$@"; do wait "$pid" 2>/dev/null || true; done
}
clean_up() {
  set +e
  rm -f "$home"/filling "$home"/serving
  stop "${programs[@]}"
  [ -f tables/data/postmaster.pid ] && kill -QUIT "$(head -n 1 tables/data/postmaster.pid)" 2>/dev/null
  for vhost in "${vhosts[@]}"; do rabbitmqctl --quiet delete_vhost "$vhost"; done
  wait
  umount -l tables log 2>/dev/null
  [ -n "${KEEP:-}" ] || rm -rf --one-file-system "$home"
}
trap clean_up EXIT
trap 'exit 143' TERM INT

mount -t tmpfs -o "size=${TABLES_SIZE:-160M}" tmpfs tables
mount -t tmpfs -o size=48M tmpfs log
chown postgres tables log
runuser -u postgres -- "$postgres/initdb" --pgdata tables/data --waldir "$home/log/wal" --wal-segsize 1 --auth trust --encoding UTF8 \
  --no-instructions >initdb.log
cat >>tables/data/postgresql.conf <<CONF
port = $port
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_wal_size = 16MB
log_line_prefix = '%m %e '
CONF
touch serving
while [ -f serving ]; do
  runuser -u postgres -- "$postgres/postgres" -D "$home/tables/data" >>server.log 2>&1 || true
  sleep 1
done &
# ask SQL [DATABASE]: the rows.
ask() { psql --quiet --no-align --tuples-only --set ON_ERROR_STOP=1 "postgres://postgres@127.0.0.1:$port/${2:-$database}" -c "$1"; }
# until_true SQL: waits until it is, for $done_within seconds at most.
until_true() {
  local until=$((SECONDS + done_within))
  until [ "$(ask "$1" 2>/dev/null)" = t ]; do
    [ $SECONDS -lt $until ] || return 1
    for pid in "${programs[@]}"; do kill -0 "$pid" || { echo "A program has ended by itself" >&2; tail -n 3 ./*.log >&2; exit 1; }; done
    sleep 1
  done
}
database=postgres
until_true "SELECT true"

main=$checkout/dist/programs/main.js
node "$checkout/dist/programs/farm.js" --port-base 0 --write-config service_config.json --samples originals --latency "${LATENCY:-0.3}" \
  >farm.log 2>&1 &
programs+=($!)
until [ -f service_config.json ] && [ "$(find originals -name '*.jpg' | wc -l)" = 24 ]; do sleep 1; done
for copy in $(seq "$copies"); do cp -R originals "pictures/$copy"; done

# begin NAME FOLDER: makes a database and a virtual host, and starts the programs on the pictures of the folder.
begin() {
  database=$1
  ask "CREATE DATABASE $1" postgres
  rabbitmqctl --quiet add_vhost "full-disk-$$-$1"
  vhosts+=("full-disk-$$-$1")
  rabbitmqctl --quiet set_permissions --vhost "full-disk-$$-$1" guest '.*' '.*' '.*'
  export AMQP_URL="amqp://guest:guest@127.0.0.1:5672/full-disk-$$-$1" DATABASE_URL="postgres://postgres@127.0.0.1:$port/$1"
  export SERVICE_CONFIG="$home/service_config.json" DB_STATEMENT_TIMEOUT="3 seconds" LOG_FORMAT=json
  node "$main" producer --services all --images "$home/$2" >"$1-producer.log" 2>&1
  node "$main" worker --service all --metrics-port $((port + 1)) >"$1-worker.log" 2>&1 &
  running=($!)
  node "$main" postprocess --metrics-port $((port + 2)) >"$1-postprocess.log" 2>&1 &
  running+=($!)
  programs+=("${running[@]}")
}
is_done="SELECT count(*) > 0 AND bool_and(owing IS NULL AND boxes_stale IS NULL AND consensus_stale IS NULL AND enrichment_stale IS NULL)
  FROM images"
# counted PORT METRIC: the sum of a counter.
counted() { curl --silent "http://127.0.0.1:$1/metrics" | awk -v name="$2" 'index($1, name) == 1 { sum += $2 } END { print sum + 0 }'; }
# What is known about each picture, by its sample; not how long services took.
known="SELECT image_filename AS sample, image_id,
    md5((SELECT string_agg(concat_ws(' ', service, status, data::jsonb #- '{metadata,processing_time}'), '|' ORDER BY service)
      FROM results WHERE image_id = images.image_id)) AS answers,
    md5((SELECT string_agg(concat_ws(' ', merged_id, status, rank, concept, confidence), '|' ORDER BY rank)
      FROM merged_boxes WHERE image_id = images.image_id)) AS boxes,
    md5((SELECT (consensus_data::jsonb - 'total_processing_time')::text FROM consensus WHERE image_id = images.image_id)) AS consensus,
    md5((SELECT string_agg(concat_ws(' ', merged_box_id, service, answer.status, data::jsonb #- '{metadata,processing_time}'), '|'
        ORDER BY merged_box_id, service)
      FROM postprocessing AS answer JOIN merged_boxes AS box ON box.image_id = answer.image_id AND merged_id = merged_box_id
      WHERE answer.image_id = images.image_id)) AS crops
  FROM images"

echo "Without any disturbance"
begin calm originals
until_true "$is_done" || { echo "The run without disturbance does not end" >&2; exit 1; }
calm_requests=$(counted $((port + 1)) windmill_attempts_total)
calm_crops=$(counted $((port + 2)) windmill_crops_total)
ask "SELECT DISTINCT sample, answers, boxes, consensus, crops FROM ($known) AS known ORDER BY sample" >calm.txt
# Of boxes smaller than 8 x 8 pixels no crops are asked about.
planned="SELECT count(*) FROM merged_boxes AS box
  CROSS JOIN unnest(CASE WHEN concept = 'person' THEN '{colors,face,pose}' ELSE '{colors}' END::text[]) AS wanted"
large="(merged_data #>> '{merged_bbox,width}')::real >= 8 AND (merged_data #>> '{merged_bbox,height}')::real >= 8"
echo "  24 pictures, $(ask "SELECT count(*) FROM results") answers from $calm_requests requests," \
  "$(ask "$planned WHERE $large") planned crops, $(ask "SELECT count(*) FROM postprocessing") answers about crops from $calm_crops requests"
stop "${running[@]}"
programs=("${programs[0]}")

echo "Under disturbances"
begin disturbed pictures
count=$((24 * copies))
answers_reach() { until_true "SELECT count(*) >= $((count * 13 * $1 / 100)) FROM results"; }
backends="SELECT pid FROM pg_stat_activity WHERE application_name = 'windmill' AND backend_type = 'client backend'"

answers_reach 5
echo "  $(ask "SELECT count(*) FROM results") answers: backends stand still for longer than a statement may take"
for _ in 1 2; do
  mapfile -t frozen < <(ask "$backends")
  kill -STOP "${frozen[@]}" && sleep 5 && kill -CONT "${frozen[@]}"
  sleep 2
done

# PostgreSQL lets no commit take too long: only a connection that ends leaves open whether the transaction was committed.
answers_reach 15
echo "  $(ask "SELECT count(*) FROM results") answers: commits wait for a replica that is not there, and connections end while they wait"
ask "ALTER SYSTEM SET synchronous_standby_names = 'absent'" && ask "SELECT pg_reload_conf()" >/dev/null
sleep 5
for _ in $(seq 20); do
  ask "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND application_name = 'windmill'" >/dev/null
  sleep 0.5
done
ask "ALTER SYSTEM RESET synchronous_standby_names" && ask "SELECT pg_reload_conf()" >/dev/null

# fill FOLDER: takes all room there is on it, and what becomes free, for $full_seconds.
fill() {
  touch filling
  while [ -f filling ]; do
    cat /dev/zero >>"$1/filler" 2>/dev/null || true
    # Written, so that the log needs room that it does not have already.
    [ "$1" != log ] || ask "SELECT pg_logical_emit_message(false, 'full', repeat('full', 250000))" >/dev/null 2>&1 || true
    sleep 0.2
  done &
  local filler=$!
  sleep "$full_seconds"
  df --output=pcent,avail "$1" | tail -n 1 | sed 's/^/    /; s/$/ KiB free in the end/'
  rm filling
  wait $filler
  rm "$1/filler"
}
answers_reach 25
echo "  $(ask "SELECT count(*) FROM results") answers: the disk of the tables is full for $full_seconds s"
fill tables
answers_reach 50
echo "  $(ask "SELECT count(*) FROM results") answers: the disk of the log is full for $full_seconds s"
fill log
since=$SECONDS
if until_true "$is_done"; then ended=yes && echo "  All is done $((SECONDS - since)) s after the disk had room again"; fi

wrong=0
# expect WHAT FOUND WANTED: says what was seen, and notes when it is not what it should be.
expect() {
  if [ "$2" = "$3" ]; then echo "  $1: $2"; else echo "  $1: $2, NOT $3" && wrong=$((wrong + 1)); fi
}
# at_most WHAT FOUND LIMIT: the same of what may not be more.
at_most() {
  if [ "$2" -le "$3" ]; then echo "  $1: $2 (at most $3)"; else echo "  $1: $2, NOT at most $3" && wrong=$((wrong + 1)); fi
}
echo "What happened"
in_doubt=$(grep -c "The transaction has already committed locally" server.log || true)
echo "  statements that took too long: $(grep -c " 57014 ERROR" server.log || true)"
echo "  connections that ended before they said that the transaction was committed, which it was: $in_doubt"
no_room=$(grep -c " 53100 ERROR" server.log || true)
crashes=$(grep -cE "53100 (PANIC|FATAL)" server.log || true)
echo "  statements without room: $no_room; times that the server ended, or could not start, for lack of room: $crashes"
if [ "$in_doubt" = 0 ] || [ "$no_room" = 0 ] || [ "$crashes" = 0 ]; then
  echo "  NOT everything that was to happen did" && wrong=$((wrong + 1))
fi

echo "What is there"
expect "done within $done_within s" "${ended:-no}" yes
expect "images" "$(ask "SELECT count(*) FROM images")" "$count"
expect "images with answers owed, or anything stale" "$(ask "SELECT count(*) FROM images WHERE owing IS NOT NULL OR boxes_stale IS NOT NULL
  OR consensus_stale IS NOT NULL OR enrichment_stale IS NOT NULL")" 0
expect "good answers" "$(ask "SELECT count(*) FROM results WHERE status = 'success'")" $((count * 13))
expect "answers there twice" "$(ask "SELECT count(*) - count(DISTINCT (image_id, service)) FROM results")" 0
expect "planned crops" "$(ask "$planned WHERE $large")" "$((copies * $(ask "$planned WHERE $large" calm)))"
expect "planned crops without an answer" "$(ask "$planned
  LEFT JOIN postprocessing AS answer ON answer.image_id = box.image_id AND merged_box_id = merged_id AND service = wanted
  WHERE $large AND (postprocessing_id IS NULL OR answer.status <> 'success')")" 0
expect "answers about crops there twice" \
  "$(ask "SELECT count(*) - count(DISTINCT (image_id, merged_box_id, service)) FROM postprocessing")" 0
ask "SELECT DISTINCT sample, answers, boxes, consensus, crops FROM ($known) AS known ORDER BY sample" >disturbed.txt
expect "samples about which something else is known" "$(diff calm.txt disturbed.txt | grep -c '^>' || true)" 0
at_most "requests about images" "$(counted $((port + 1)) windmill_attempts_total)" $((count * 13 * 105 / 100))
at_most "requests about crops" "$(counted $((port + 2)) windmill_crops_total)" $((copies * calm_crops * 125 / 100))
expect "dead letters" "$(node "$main" dead-letters list --json | wc -l)" 0
ask "SELECT * FROM ($known) AS known ORDER BY image_id" >before.txt
node "$main" recompute --yes >recompute.log 2>&1 && until_true "$is_done"
ask "SELECT * FROM ($known) AS known ORDER BY image_id" >after.txt
expect "images of which recompute changed something" "$(diff before.txt after.txt | grep -c '^>' || true)" 0
stop "${running[@]}"
programs=("${programs[0]}")
left=$(rabbitmqctl --quiet list_queues --vhost "full-disk-$$-disturbed" messages | awk '{ sum += $1 } END { print sum + 0 }')
expect "messages left" "$left" 0
[ $wrong = 0 ] || { echo "$wrong of these are wrong" >&2; exit 1; }
echo "Everything is as it would be without"
