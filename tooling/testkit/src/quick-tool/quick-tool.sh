#!/bin/sh
# A tool that is ready after a millisecond or two, for tests that start thousands of it. Every line of
# input and of output is JSON; those of input are strings: "VERB ID …". What an answer holds proves
# where it comes from: the nonce of its request, the pid, and the nonce of the request before it.
set -f

case $1 in
  exits) echo "no start today" >&2; exit 7 ;;
  hangs) while read -r line; do :; done; exit 0 ;;
  slow) sleep 0.05 ;;
esac

current=      # the id of the turn in flight
nonce=-       # of the last request
before=-      # of the one before it; the context that a reset forgets
deaf=
stubborn=

result() { printf '{"id":%s,"result":"%s %s %s"}\n' "$1" "$nonce" $$ "$before"; }
over() { current=; deaf=; }

# What becomes of the turn in flight.
act() {
  case $1 in
    answer) result "$current"; over ;;
    twice) result "$current"; result "$current"; over ;;
    talk) # after its answer, still in the name of its turn
      result "$current"
      printf '{"id":%s,"event":{"type":"text","text":"%s"}}\n{"note":"%s"}\n' "$current" "$nonce" "$nonce"
      result "$current"; over ;;
    garbage) result "$current"; printf 'garbage of %s\n' "$nonce"; over ;;
    fail) printf '{"id":%s,"error":{"class":"refused","message":"%s"}}\n' "$current" "$nonce"; over ;;
    die) echo "died in $nonce" >&2; exit 3 ;;
    answer-and-die) result "$current"; exit 4 ;;
    half) printf '{"id":%s,"res' "$current" ;;
    nonsense) printf 'no JSON in %s\n' "$nonce" ;;
    flood) while :; do printf '"%01000d"\n' 0; done ;;
    flood-stderr) while :; do printf '%01000d\n' 0; done >&2 ;;
    mute) ;;
    deaf) deaf=yes ;;
    freeze) kill -STOP $$ ;;
    stubborn) stubborn=yes; trap '' TERM INT; result "$current"; over ;;
    close-stdout) exec >&- ;;
    runaway) setsid sleep 300 & result "$current"; over ;;
    child) sleep 300 & result "$current"; over ;;
    hold)
      printf '{"id":%s,"event":{"type":"text","text":"%s"}}\n' "$current" "$nonce"
      printf '{"id":%s,"question":{"kind":"text","topic":"other","text":"%s"},"token":1}\n' "$current" "$nonce" ;;
  esac
}

printf '{"ready":true}\n'
while read -r line; do
  line=${line#\"}
  # shellcheck disable=SC2086
  set -- ${line%\"}
  case $1 in
    run)
      [ -z "$current" ] || printf '{"violation":"%s came while %s was in flight"}\n' "$3" "$nonce"
      current=$2 before=$nonce nonce=$3
      act "$4" ;;
    go) [ "$current" != "$2" ] || act "$3" ;;
    cancel)
      if [ "$current" = "$2" ] && [ -z "$deaf" ]; then
        printf '{"id":%s,"error":{"class":"refused","message":"cancelled"}}\n' "$2"; over
      fi ;;
    reset) nonce=- before=-; printf '{"id":%s,"result":"forgotten"}\n' "$2" ;;
    ping) printf '{"id":%s,"result":"alive"}\n' "$2" ;;
  esac
done
# One that minds no signal minds no end of input either, for a while.
[ -z "$stubborn" ] || sleep 20
