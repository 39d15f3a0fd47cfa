// LiveKit's Node SDK: plays a tone, reports which other tones, texts and data it got, and stays
// until its standard input ends. A line on its standard input makes it listen and report again.
//
//   node client.mjs <url> <token> <own Hz> <all Hz, with commas>
import { AudioFrame, AudioSource, AudioStream, LocalAudioTrack, Room, RoomEvent, TrackKind, TrackPublishOptions, TrackSource, VideoStream, dispose } from "@livekit/rtc-node";

const [url, token, hz, all] = process.argv.slice(2);
const others = all.split(",").map(Number).filter((other) => other !== Number(hz));
const RATE = 48_000;
const started = Date.now();
const heard = new Set();
const texts = [];
const data = [];
/** Pictures that were shown, by codec and size. */
const pictures = {};

const room = new Room();
room.on(RoomEvent.TrackSubscribed, (track, publication) => {
  if (track.kind === TrackKind.KIND_AUDIO) void listen(track);
  else void look(track, publication.mimeType);
});
room.on(RoomEvent.DataReceived, (payload) => data.push(new TextDecoder().decode(payload)));
room.registerTextStreamHandler("greeting", async (reader) => texts.push(await reader.readAll()));
await room.connect(url, token, { autoSubscribe: true, dynacast: false });

const source = new AudioSource(RATE, 1);
const track = LocalAudioTrack.createAudioTrack("tone", source);
const options = new TrackPublishOptions();
options.source = TrackSource.SOURCE_MICROPHONE;
await room.localParticipant.publishTrack(track, options);

let isOver = false;
let isReported = false;
let reconnects = 0;
room.on(RoomEvent.Reconnected, () => (reconnects += 1));
process.stdin.on("end", () => (isOver = true));
process.stdin.on("data", () => {
  heard.clear();
  isReported = false;
});
let hasSaid = false;
for (let at = 0; !isOver; at += 480) {
  const samples = Int16Array.from({ length: 480 }, (_, n) => 9_000 * Math.sin((2 * Math.PI * Number(hz) * (at + n)) / RATE));
  await source.captureFrame(new AudioFrame(samples, RATE, 1, 480));
  // Everybody is in: what is said now reaches all of them.
  if (room.remoteParticipants.size === others.length && !hasSaid) {
    hasSaid = true;
    await room.localParticipant.sendText(`text ${hz}`, { topic: "greeting" });
    await room.localParticipant.publishData(new TextEncoder().encode(`data ${hz}`), { reliable: true, topic: "greeting" });
  }
  if (at % (RATE * 5) === 0) console.error(`heard ${[...heard]} texts ${texts} data ${data} of ${room.remoteParticipants.size}`);
  if (!isReported && heard.size === others.length && texts.length === others.length && data.length === others.length && hasSeen()) {
    isReported = true;
    console.log(JSON.stringify({ heard: [...heard], texts, data, pictures, reconnects, sid: room.localParticipant.sid, ms: Date.now() - started }));
  }
}
await room.disconnect();
await dispose();
process.exit(0);

/** Whoever shows something is seen; where nobody does, that is all. */
function hasSeen() {
  const shown = [...room.remoteParticipants.values()].flatMap((other) => [...other.trackPublications.values()]).filter((publication) => publication.kind === TrackKind.KIND_VIDEO);
  return shown.length === new Set(Object.keys(pictures).filter((kind) => pictures[kind] >= 10).map((kind) => kind.split(" ")[0])).size;
}

async function look(remote, mime) {
  for await (const { frame } of new VideoStream(remote)) {
    const kind = `${mime} ${frame.width}x${frame.height}`;
    pictures[kind] = (pictures[kind] ?? 0) + 1;
  }
}

/** Collects a second at a time and names its tone. */
async function listen(remote) {
  let collected = [];
  for await (const frame of new AudioStream(remote, RATE, 1)) {
    collected.push(...frame.data);
    if (collected.length < RATE) continue;
    const [loudest, next] = others.map((candidate) => ({ candidate, power: power(collected, candidate) })).sort((a, b) => b.power - a.power);
    if (loudest.power > 100 * (next?.power ?? 0) && loudest.power > 1e12) heard.add(loudest.candidate);
    collected = [];
  }
}

/** Goertzel's algorithm. */
function power(samples, candidate) {
  const k = 2 * Math.cos((2 * Math.PI * candidate) / RATE);
  let [a, b] = [0, 0];
  for (const sample of samples) [a, b] = [sample + k * a - b, a];
  return a * a + b * b - k * a * b;
}
