import { createLocalAudioTrack, createLocalVideoTrack, Room, type LocalAudioTrack, type LocalVideoTrack } from "livekit-client";

import { Cell, keep, kept } from "../../kit/index.ts";
import { pick, wishFrom, type Device, type Wish } from "./devices.ts";

export type Input = "audioinput" | "videoinput";

/** Why a microphone or camera gives nothing. */
export type InputTrouble = "denied" | "missing" | "busy" | "insecure";

export type InputState = { name: "off" } | { name: "asking" } | { name: "on" } | { name: "failed"; trouble: InputTrouble };

/** A microphone or a camera: whether it is on, which one, and what became of the one chosen. */
export class InputModel<Track extends LocalAudioTrack | LocalVideoTrack> {
  readonly state = new Cell<InputState>({ name: "off" });
  readonly track = new Cell<Track | null>(null);
  readonly devices = new Cell<readonly Device[]>([]);
  readonly chosen = new Cell<Device | null>(null);
  /** The device that was unplugged and whose place another one took. */
  readonly lost = new Cell<Device | null>(null);
  private wish: Wish;

  constructor(
    readonly kind: Input,
    private readonly open: (deviceId: string | undefined) => Promise<Track>,
  ) {
    this.wish = wishFrom(kept("plenary.devices"), kind);
  }

  /** Asks for the device and turns it on. */
  turnOn = async (): Promise<void> => {
    if (this.state.get().name === "asking" || this.track.get() !== null) return;
    this.state.set({ name: "asking" });
    try {
      await this.list();
      const track = await this.open(this.chosen.get()?.id);
      this.track.set(track);
      this.state.set({ name: "on" });
      await this.list();
    } catch (error) {
      this.state.set({ name: "failed", trouble: troubleOf(error) });
    }
  };

  /** Turns it off: the lamp at the camera goes out. */
  turnOff = (): void => {
    this.track.get()?.stop();
    this.track.set(null);
    this.state.set({ name: "off" });
  };

  toggle = async (): Promise<void> => {
    if (this.track.get() === null) await this.turnOn();
    else this.turnOff();
  };

  /** Takes another device, and remembers it. */
  choose = async (id: string): Promise<void> => {
    const device = this.devices.get().find((one) => one.id === id);
    if (device === undefined) return;
    this.wish = device;
    const others: unknown = JSON.parse(kept("plenary.devices") ?? "{}");
    keep("plenary.devices", JSON.stringify({ ...(typeof others === "object" ? others : {}), [this.kind]: device }));
    this.lost.set(null);
    await this.use(device);
  };

  /** Looks at what is plugged in: takes another device when the one in use went, and the wished one when it is back. */
  list = async (): Promise<void> => {
    const listed = await Room.getLocalDevices(this.kind, false).catch(() => []);
    const devices = listed.filter((device) => device.deviceId !== "").map((device) => ({ id: device.deviceId, name: device.label }));
    this.devices.set(devices);
    const before = this.chosen.get();
    const next = pick(devices, this.wish);
    if (this.track.get() !== null && next !== null && before !== null && next.id !== before.id) {
      this.lost.set(devices.some((device) => device.name === before.name) ? null : before);
      await this.use(next);
    } else this.chosen.set(next);
  };

  private async use(device: Device): Promise<void> {
    this.chosen.set(device);
    await this.track.get()?.setDeviceId(device.id);
  }
}

/** Returns the model of the microphone. */
export function microphone(): InputModel<LocalAudioTrack> {
  return new InputModel("audioinput", (deviceId) => createLocalAudioTrack({ echoCancellation: true, noiseSuppression: true, autoGainControl: true, ...(deviceId === undefined ? {} : { deviceId }) }));
}

/** Returns the model of the camera. */
export function camera(): InputModel<LocalVideoTrack> {
  return new InputModel("videoinput", (deviceId) => createLocalVideoTrack({ resolution: { width: 1280, height: 720, frameRate: 24 }, ...(deviceId === undefined ? {} : { deviceId }) }));
}

function troubleOf(error: unknown): InputTrouble {
  if (!window.isSecureContext) return "insecure";
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "missing";
  return "busy";
}
