import { Room } from "livekit-client";

import { Cell, keep, kept } from "../../kit/index.ts";
import { pick, wishFrom, type Device } from "./devices.ts";

/** Where the meeting sounds: a headset, the built-in loudspeaker. Not every browser lets a page choose. */
export class OutputModel {
  readonly devices = new Cell<readonly Device[]>([]);
  readonly chosen = new Cell<Device | null>(null);
  private wish = wishFrom(kept("plenary.devices"), "audiooutput");

  /** Looks at what is plugged in; what was chosen is taken when it is there. */
  list = async (): Promise<void> => {
    if (!("setSinkId" in HTMLMediaElement.prototype)) return;
    const listed = await Room.getLocalDevices("audiooutput", false).catch(() => []);
    const devices = listed.filter((device) => device.deviceId !== "" && device.label !== "").map((device) => ({ id: device.deviceId, name: device.label }));
    this.devices.set(devices);
    this.chosen.set(pick(devices, this.wish));
  };

  /** Takes another device, and remembers it. */
  choose = (id: string): void => {
    const device = this.devices.get().find((one) => one.id === id);
    if (device === undefined) return;
    this.wish = device;
    const others: unknown = JSON.parse(kept("plenary.devices") ?? "{}");
    keep("plenary.devices", JSON.stringify({ ...(typeof others === "object" ? others : {}), audiooutput: device }));
    this.chosen.set(device);
  };
}
