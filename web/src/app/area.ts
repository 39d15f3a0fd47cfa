/** The two areas of the app, by address. */
export type Area = { name: "organiser" } | { name: "meeting"; code: string };

/** Returns the area that a path names. */
export function areaOf(path: string): Area {
  const meeting = /^\/m\/([^/]+)\/?$/u.exec(path);
  if (meeting?.[1] !== undefined) return { name: "meeting", code: decodeURIComponent(meeting[1]) };
  return { name: "organiser" };
}
