/** A device as the browser lists it. */
export interface Device {
  id: string;
  name: string;
}

/** What somebody chose once: the id, and the name for when the browser gives it a new id. */
export type Wish = Device | null;

/** Returns the device to use: the one chosen, the one of its name, or the first; null where there is none. */
export function pick(devices: readonly Device[], wish: Wish): Device | null {
  return devices.find((device) => device.id === wish?.id) ?? devices.find((device) => device.name === wish?.name) ?? devices[0] ?? null;
}

/** Reads a wish from what the browser kept. */
export function wishFrom(text: string | null, kind: MediaDeviceKind): Wish {
  try {
    const all: unknown = JSON.parse(text ?? "{}");
    if (typeof all !== "object" || all === null) return null;
    const wish: unknown = (all as Record<string, unknown>)[kind];
    if (typeof wish !== "object" || wish === null || !("id" in wish) || !("name" in wish)) return null;
    return { id: String(wish.id), name: String(wish.name) };
  } catch {
    return null;
  }
}
