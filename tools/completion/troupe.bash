# SPDX-License-Identifier: Apache-2.0
# bash completion of `troupe`: source it, or install it as `troupe` where
# bash-completion looks.

# The commands below "$1", which is empty or a command such as `bench`.
_troupe_commands() {
  case "$1" in
    "") echo serve bench cluster plan apis ;;
    bench) echo produce fetch e2e commit groups ;;
    cluster) echo status drain remove ;;
  esac
}

# The options of the command "$1", such as `bench produce`.
_troupe_options() {
  local bench="--bootstrap --topic --duration --timeout --pid --json --quiet"
  local load="--partitions --delete-topic --connections --pipeline --warmup
    --bytes --records --rate"
  local producer="--replication-factor --topic-config --batch-bytes
    --record-bytes --acks --compressible"
  local consumer="--fetch-bytes --max-wait-ms --min-bytes"
  local groups="--group --groups"
  local loop="--no-setup --end-offset"
  local cluster="--bootstrap --timeout"
  echo --help
  case "$1" in
    serve)
      echo --listen --data-dir --advertised --cluster-listen \
        --cluster-advertised --join --rack --cluster-insecure --config --set \
        --print-config
      ;;
    "bench produce")
      echo $bench $load $producer --codec --idempotent --keyed $loop
      ;;
    "bench fetch") echo $bench $load $consumer --from --at-end $loop ;;
    "bench e2e") echo $bench $load $producer $consumer ;;
    "bench commit") echo $bench $load $groups ;;
    "bench groups")
      echo $bench $groups --members --session-timeout-ms \
        --heartbeat-interval-ms
      ;;
    "cluster status" | "cluster remove") echo $cluster ;;
    "cluster drain") echo $cluster --patience ;;
    plan)
      echo --brokers --messages-per-second --reads-per-second --bench \
        --bench-brokers --replication-factor --record-bytes \
        --retention-hours --free-percent --hit-rate --read-lag --json
      ;;
  esac
}

# The values of the option "$1" that can be listed.
_troupe_values() {
  case "$1" in
    --codec) echo none gzip snappy lz4 zstd ;;
    --acks) echo 0 1 -1 ;;
    --from) echo beginning end ;;
    --at-end) echo wrap wait stop ;;
  esac
}

# What the option "$1" is followed by: nothing, file, directory or value.
_troupe_argument() {
  case "$1" in
    --help | --cluster-insecure | --print-config | --quiet | --delete-topic | \
      --compressible | --idempotent | --keyed | --no-setup) echo nothing ;;
    --config | --json | --bench) echo file ;;
    --data-dir) echo directory ;;
    --*) echo value ;;
    *) echo nothing ;;
  esac
}

_troupe() {
  # `--option=value` arrives as three words.
  local current="${COMP_WORDS[COMP_CWORD]}"
  local previous="${COMP_WORDS[COMP_CWORD - 1]}"
  if [[ "$previous" == "=" && $COMP_CWORD -ge 2 ]]; then
    previous="${COMP_WORDS[COMP_CWORD - 2]}"
  elif [[ "$current" == "=" ]]; then
    current=""
  fi
  local command="" word
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ -n "$word" && " $(_troupe_commands "$command") " == *" $word "* ]]
    then
      command="${command:+$command }$word"
    fi
  done
  COMPREPLY=()
  case "$(_troupe_argument "$previous")" in
    file)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      ;;
    directory)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      ;;
    value)
      mapfile -t COMPREPLY \
        < <(compgen -W "$(_troupe_values "$previous")" -- "$current")
      ;;
    nothing)
      local words
      words="$(_troupe_commands "$command") $(_troupe_options "$command")"
      mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
      ;;
  esac
}

complete -F _troupe troupe
