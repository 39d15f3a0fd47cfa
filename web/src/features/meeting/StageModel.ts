import { ConnectionState, DisconnectReason, Room, RoomEvent, Track, type LocalAudioTrack, type LocalTrack, type LocalVideoTrack, type RemoteTrack } from "livekit-client";

import { isThere } from "../../api/index.ts";
import { Cell } from "../../kit/index.ts";
import { captionFrom, CaptionLog } from "./caption.ts";
import { shown } from "./grid.ts";
import type { InputModel } from "./InputModel.ts";
import { LinkWatch, type Link } from "./link.ts";
import type { OutputModel } from "./OutputModel.ts";
import { byArrival, personOf, type Person } from "./person.ts";
import { Speaking } from "./speaking.ts";

/** How often the link, the speakers and the clock are looked at. */
const TICK_MS = 250;

/** How long the server may take to answer whether it is there; with `SUSPECT_MS` less than the 3 s promised. */
const PROBE_MS = 900;

/** Pauses between our tries to join again, the last one repeated. */
const RETRY_MS = [300, 700, 1500, 3000];

/** What lets one in: the room's address and a token of it. */
export interface Entry {
  url: string;
  token: string;
}

export type Ending = "left" | "elsewhere" | "removed" | "closed";

/** What happens in the room that is to be said once. */
export type Happening = { name: "came" | "went"; person: string } | { name: "lost" | "back" } | { name: "ended"; ending: Ending };

/** Everything the stage knows and does. Media objects live here; components get them as props. */
export class StageModel {
  readonly people = new Cell<readonly Person[]>([]);
  readonly machines = new Cell<readonly Person[]>([]);
  readonly speaking = new Cell<ReadonlySet<string>>(new Set());
  readonly large = new Cell<string | null>(null);
  /** Who has a tile, in the order of the tiles. */
  readonly places = new Cell<readonly string[]>([]);
  readonly link = new Cell<Link>({ name: "up" });
  readonly nowMs = new Cell(Date.now());
  readonly isSharing = new Cell(false);
  readonly isSoundBlocked = new Cell(false);
  readonly speaks: Cell<string>;
  readonly reads: Cell<string>;
  readonly captions = new CaptionLog();
  readonly mic: InputModel<LocalAudioTrack>;
  readonly camera: InputModel<LocalVideoTrack>;
  readonly output: OutputModel;
  private readonly room: Room;
  private readonly watch = new LinkWatch(Date.now());
  private readonly voices = new Speaking();
  private readonly sounds = new Set<HTMLMediaElement>();
  private tilesMax = 9;
  private bytes = 0;
  private isProbing = false;
  private hasEnded = false;
  private tick: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly enter: () => Promise<Entry>,
    devices: { mic: InputModel<LocalAudioTrack>; camera: InputModel<LocalVideoTrack>; output: OutputModel },
    private readonly tell: (happening: Happening) => void,
    languages: { speaks: string; reads: string },
  ) {
    this.mic = devices.mic;
    this.camera = devices.camera;
    this.output = devices.output;
    this.speaks = new Cell(languages.speaks);
    this.reads = new Cell(languages.reads);
    this.room = new Room({
      adaptiveStream: true,
      dynacast: true,
      singlePeerConnection: true,
      stopLocalTrackOnUnpublish: false,
      publishDefaults: { simulcast: true, videoCodec: "vp8", dtx: true, red: false },
      reconnectPolicy: { nextRetryDelayInMs: ({ retryCount }) => (retryCount >= 12 ? null : pause(retryCount)) },
    });
    this.listen();
  }

  /** Joins the room and shows and says what the lobby chose. */
  join = async (): Promise<void> => {
    const entry = await this.enter();
    await this.room.connect(entry.url, entry.token);
    this.tick ??= setInterval(() => this.look(), TICK_MS);
    this.refresh();
    await this.useOutput();
    await this.publish();
    await this.tellLanguages();
  };

  /** Lets the meeting sound elsewhere. */
  chooseOutput = async (id: string): Promise<void> => {
    this.output.choose(id);
    await this.useOutput();
  };

  leave = async (): Promise<void> => {
    this.end("left");
    await this.room.disconnect();
  };

  toggleMic = async (): Promise<void> => {
    const published = this.room.localParticipant.getTrackPublication(Track.Source.Microphone);
    if (published?.track !== undefined) await (published.isMuted ? published.unmute() : published.mute());
    else {
      await this.mic.turnOn();
      await this.publish();
    }
    this.refresh();
  };

  toggleCamera = async (): Promise<void> => {
    const track = this.camera.track.get();
    if (track === null) {
      await this.camera.turnOn();
      await this.publish();
    } else {
      await this.room.localParticipant.unpublishTrack(track, true);
      this.camera.turnOff();
    }
    this.refresh();
  };

  toggleShare = async (): Promise<void> => {
    await this.room.localParticipant.setScreenShareEnabled(!this.isSharing.get(), { audio: true }).catch(() => undefined);
    this.refresh();
  };

  read = async (language: string): Promise<void> => {
    this.reads.set(language);
    await this.tellLanguages();
  };

  speak = async (language: string): Promise<void> => {
    this.speaks.set(language);
    await this.tellLanguages();
  };

  startSound = async (): Promise<void> => {
    await this.room.startAudio();
  };

  /** Says how many tiles there is room for. */
  fit = (tilesMax: number): void => {
    this.tilesMax = tilesMax;
    this.place();
  };

  /** Looks now whether the way is open again. */
  tryNow = async (): Promise<void> => {
    await this.probe();
  };

  private listen(): void {
    const refresh = (): void => this.refresh();
    const events = [RoomEvent.TrackPublished, RoomEvent.TrackUnpublished, RoomEvent.TrackMuted, RoomEvent.TrackUnmuted, RoomEvent.LocalTrackPublished, RoomEvent.LocalTrackUnpublished, RoomEvent.ParticipantNameChanged, RoomEvent.ParticipantAttributesChanged, RoomEvent.ParticipantActive, RoomEvent.Reconnected] as const;
    for (const event of events) this.room.on(event, refresh);
    this.room
      .on(RoomEvent.TrackSubscribed, (track) => this.hear(track))
      .on(RoomEvent.TrackUnsubscribed, (track) => this.unhear(track))
      .on(RoomEvent.ParticipantConnected, (participant) => this.arrive(personOf(participant)))
      .on(RoomEvent.ParticipantDisconnected, (participant) => this.depart(personOf(participant)))
      .on(RoomEvent.ActiveSpeakersChanged, (speakers) => this.voices.hear(speakers.map((speaker) => speaker.identity), Date.now()))
      .on(RoomEvent.AudioPlaybackStatusChanged, () => this.isSoundBlocked.set(!this.room.canPlaybackAudio))
      .on(RoomEvent.MediaDevicesChanged, () => void Promise.all([this.mic.list(), this.camera.list(), this.output.list()]))
      .on(RoomEvent.ConnectionStateChanged, (state) => this.connection(state))
      .on(RoomEvent.Disconnected, (reason) => void this.disconnected(reason));
    this.room.registerTextStreamHandler("lk.transcription", (reader) => {
      void reader.readAll().then((text) => {
        const caption = captionFrom(reader.info.attributes ?? {}, text);
        if (caption !== null) this.captions.receive(caption);
      }, () => undefined);
    });
  }

  private async publish(): Promise<void> {
    for (const track of [this.mic.track.get(), this.camera.track.get()]) {
      if (track === null) continue;
      const isPublished = [...this.room.localParticipant.trackPublications.values()].some((publication) => publication.track === track);
      // The library's own types disagree about an optional field under exactOptionalPropertyTypes.
      const local = track as LocalTrack;
      if (!isPublished) await this.room.localParticipant.publishTrack(local, { source: track.kind === Track.Kind.Audio ? Track.Source.Microphone : Track.Source.Camera });
    }
    this.refresh();
  }

  private async useOutput(): Promise<void> {
    const device = this.output.chosen.get();
    if (device !== null) await this.room.switchActiveDevice("audiooutput", device.id).catch(() => undefined);
  }

  private async tellLanguages(): Promise<void> {
    await this.room.localParticipant.setAttributes({ "plenary.speak": this.speaks.get(), "plenary.read": this.reads.get() }).catch(() => undefined);
  }

  private hear(track: RemoteTrack): void {
    if (track.kind === Track.Kind.Audio) this.sounds.add(track.attach());
    this.refresh();
  }

  private unhear(track: RemoteTrack): void {
    if (track.kind === Track.Kind.Audio) for (const element of track.detach()) this.sounds.delete(element);
    this.refresh();
  }

  private arrive(person: Person): void {
    this.refresh();
    if (!person.isMachine) this.tell({ name: "came", person: person.name });
  }

  private depart(person: Person): void {
    this.voices.forget(person.identity);
    this.refresh();
    if (!person.isMachine) this.tell({ name: "went", person: person.name });
  }

  private refresh(): void {
    const everybody = [this.room.localParticipant, ...this.room.remoteParticipants.values()].map(personOf);
    this.people.set(byArrival(everybody));
    this.machines.set(everybody.filter((person) => person.isMachine));
    this.isSharing.set(this.room.localParticipant.isScreenShareEnabled);
    this.place();
  }

  private place(): void {
    const before = this.places.get();
    const arrived = this.people.get().map((person) => person.identity);
    const next = shown(arrived, this.tilesMax, this.voices.spokeAt(Date.now()), before);
    if (next.join() !== before.join()) this.places.set(next);
  }

  private look(): void {
    const now = Date.now();
    this.nowMs.set(now);
    // Nobody is shown as speaking whom one cannot hear.
    const speaking = this.link.get().name === "down" ? [] : this.voices.speakers(now);
    if (speaking.join() !== [...this.speaking.get()].join()) this.speaking.set(new Set(speaking));
    this.large.set(this.voices.largeSpeaker(now));
    this.place();
    void this.listenToLink();
  }

  private async listenToLink(): Promise<void> {
    const track = this.tracks()[0];
    const report = await track?.getRTCStatsReport().catch(() => undefined);
    let bytes = 0;
    report?.forEach((entry: { type: string; bytesReceived?: number; responsesReceived?: number }) => {
      if (entry.type === "transport" || entry.type === "candidate-pair") bytes += (entry.bytesReceived ?? 0) + (entry.responsesReceived ?? 0);
    });
    if (bytes !== this.bytes) this.watch.handleMedia(Date.now());
    this.bytes = bytes;
    this.settle();
    if (this.watch.isSuspect(Date.now())) await this.probe();
  }

  private async probe(): Promise<void> {
    if (this.isProbing || this.hasEnded) return;
    this.isProbing = true;
    const isAnswering = await isThere(PROBE_MS);
    this.isProbing = false;
    const now = Date.now();
    this.watch.handleAnswer(isAnswering, now);
    if (isAnswering && this.tracks().length === 0 && this.room.state === ConnectionState.Connected) this.watch.handleMedia(now);
    this.settle();
  }

  private connection(state: ConnectionState): void {
    if (state === ConnectionState.Connected) this.watch.handleRoom(true, Date.now());
    if (state === ConnectionState.Reconnecting || state === ConnectionState.Disconnected) this.watch.handleRoom(false, Date.now());
    this.settle();
  }

  private settle(): void {
    const before = this.link.get();
    const after = this.hasEnded ? before : this.watch.state;
    if (before.name === after.name) return;
    this.link.set(after);
    this.nowMs.set(Date.now());
    this.tell({ name: after.name === "down" ? "lost" : "back" });
  }

  private async disconnected(reason: DisconnectReason | undefined): Promise<void> {
    if (this.hasEnded) return;
    const ending = endingOf(reason);
    if (ending === null) await this.joinAgain(0);
    else this.end(ending);
  }

  private async joinAgain(attempt: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, pause(attempt)));
    if (this.hasEnded) return;
    try {
      await this.join();
    } catch {
      await this.joinAgain(attempt + 1);
    }
  }

  private end(ending: Ending): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    clearInterval(this.tick);
    this.mic.turnOff();
    this.camera.turnOff();
    this.sounds.clear();
    this.tell({ name: "ended", ending });
  }

  private tracks(): { getRTCStatsReport: () => Promise<RTCStatsReport | undefined> }[] {
    const everybody = [...this.room.remoteParticipants.values(), this.room.localParticipant];
    return everybody.flatMap((participant) => [...participant.trackPublications.values()].flatMap((publication) => publication.track ?? []));
  }
}

function pause(attempt: number): number {
  return RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)] ?? 3000;
}

/** Returns why we are out for good; null where we should come back. */
function endingOf(reason: DisconnectReason | undefined): Ending | null {
  switch (reason) {
    case DisconnectReason.DUPLICATE_IDENTITY:
      return "elsewhere";
    case DisconnectReason.PARTICIPANT_REMOVED:
      return "removed";
    case DisconnectReason.ROOM_DELETED:
    case DisconnectReason.ROOM_CLOSED:
      return "closed";
    default:
      return null;
  }
}
