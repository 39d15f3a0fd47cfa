import type { ReactElement } from "react";

/** Grounds of avatars, dark enough for white letters; which one somebody has follows from the name. */
const GROUNDS = 6;

interface AvatarProps {
  name: string;
}

/** The initials of somebody. */
export function Avatar({ name }: AvatarProps): ReactElement {
  const ground = Array.from(name).reduce((sum, char) => (31 * sum + (char.codePointAt(0) ?? 0)) % 65_521, 7) % GROUNDS;
  return (
    <span className={`avatar ground-${ground}`} aria-hidden="true">
      {initialsOf(name)}
    </span>
  );
}

/** Returns the initials of a name: two in scripts with spaces, one character in others. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const first = Array.from(words[0] ?? "")[0] ?? "";
  if (words.length < 2 || /\p{Script=Han}/u.test(first)) return first.toLocaleUpperCase();
  const last = Array.from(words.at(-1) ?? "")[0] ?? "";
  return (first + last).toLocaleUpperCase();
}
