/** Space between tiles and around them, in px: `--s-2`. */
const GAP = 8;

export interface Grid {
  columns: number;
  /** Width of a tile in px. */
  tile: number;
}

/** Returns the grid whose tiles are largest: `count` tiles of `ratio` (width by height) in a stage of this size. */
export function largestGrid(count: number, width: number, height: number, ratio: number): Grid {
  let best: Grid = { columns: 1, tile: 0 };
  for (let columns = 1; columns <= Math.max(count, 1); columns += 1) {
    const rows = Math.ceil(count / columns);
    const byWidth = (width - GAP * (columns + 1)) / columns;
    const byHeight = ((height - GAP * (rows + 1)) / rows) * ratio;
    const tile = Math.floor(Math.min(byWidth, byHeight));
    if (tile > best.tile) best = { columns, tile };
  }
  return best;
}

/** Returns how many tiles a stage of this size shows at most. */
export function tilesMax(width: number, isPhone: boolean): number {
  if (isPhone) return 5;
  return width >= 1100 ? 16 : 9;
}

/**
 * Returns who is shown, at most `max`: those who came first keep their places; somebody unseen who
 * speaks takes the place of whoever has been silent longest, and nobody else moves.
 */
export function shown(arrived: readonly string[], max: number, spokeAtByIdentity: ReadonlyMap<string, number>, before: readonly string[]): string[] {
  const present = new Set(arrived);
  const places = before.filter((identity) => present.has(identity)).slice(0, max);
  for (const identity of arrived) {
    if (places.length >= max) break;
    if (!places.includes(identity)) places.push(identity);
  }
  const spokeAt = (identity: string): number => spokeAtByIdentity.get(identity) ?? 0;
  const rival = arrived.filter((identity) => !places.includes(identity) && spokeAt(identity) > 0).sort((a, b) => spokeAt(b) - spokeAt(a))[0];
  const quietest = [...places].reverse().sort((a, b) => spokeAt(a) - spokeAt(b))[0];
  if (rival !== undefined && quietest !== undefined && spokeAt(rival) > spokeAt(quietest)) places[places.indexOf(quietest)] = rival;
  return places;
}
