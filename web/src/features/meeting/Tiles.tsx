import { useEffect, useRef, useState, type CSSProperties, type ReactElement, type RefObject } from "react";

import { useCell, useMessages } from "../../kit/index.ts";
import { largestGrid, tilesMax } from "./grid.ts";
import type { Person } from "./person.ts";
import { PictureView } from "./PictureView.tsx";
import type { StageModel } from "./StageModel.ts";
import { Tile } from "./Tile.tsx";

interface TilesProps {
  stage: StageModel;
}

interface Size {
  width: number;
  height: number;
}

/** Below this width the stage is a phone's: the speaker large, four others. */
const PHONE_PX = 700;

/** The stage: a grid in the order of arrival, a shared screen with a strip, or on a phone the speaker and four. */
export function Tiles({ stage }: TilesProps): ReactElement {
  const t = useMessages();
  const people = useCell(stage.people);
  const large = useCell(stage.large);
  const places = useCell(stage.places);
  const element = useRef<HTMLDivElement>(null);
  const size = useSize(element);
  const isPhone = size.width < PHONE_PX;
  const sharer = people.find((person) => person.share !== null);
  useEffect(() => stage.fit(tilesMax(size.width, isPhone)), [stage, size.width, isPhone]);
  const visible = places.flatMap((identity) => people.find((person) => person.identity === identity) ?? []);
  const more = people.length - visible.length;
  return (
    <main className="stage" id="main" ref={element} aria-label={t("meeting.stage")}>
      {sharer !== undefined ? <SharedScreen sharer={sharer} visible={visible} stage={stage} /> : isPhone && visible.length >= 3 ? <PhoneGrid visible={visible} large={large} more={more} stage={stage} /> : <PlainGrid visible={visible} more={more} size={size} isPhone={isPhone} stage={stage} />}
    </main>
  );
}

interface GridProps {
  visible: readonly Person[];
  more: number;
  stage: StageModel;
}

function PlainGrid({ visible, more, size, isPhone, stage }: GridProps & { size: Size; isPhone: boolean }): ReactElement {
  const grid = largestGrid(visible.length, size.width, size.height, isPhone ? 4 / 3 : 16 / 9);
  return (
    <ul className={isPhone ? "grid phone" : "grid"} style={variables({ "--columns": String(grid.columns), "--tile-width": `${grid.tile}px` })}>
      {visible.map((person, at) => (
        <Tile key={person.identity} person={person} stage={stage} more={at === visible.length - 1 ? more : 0} />
      ))}
    </ul>
  );
}

function PhoneGrid({ visible, large, more, stage }: GridProps & { large: string | null }): ReactElement {
  const speaker = visible.find((person) => person.identity === large) ?? visible.find((person) => !person.isSelf) ?? visible[0];
  const others = visible.filter((person) => person !== speaker);
  return (
    <ul className="phone-grid">
      {speaker === undefined ? null : <Tile person={speaker} stage={stage} more={0} isLarge />}
      {others.map((person, at) => (
        <Tile key={person.identity} person={person} stage={stage} more={at === others.length - 1 ? more : 0} />
      ))}
    </ul>
  );
}

function SharedScreen({ sharer, visible, stage }: { sharer: Person; visible: readonly Person[]; stage: StageModel }): ReactElement {
  const t = useMessages();
  return (
    <div className="shared">
      <figure className="share" aria-label={t("meeting.share_of", { name: sharer.name })}>
        {sharer.share === null ? null : <PictureView picture={sharer.share} isWhole />}
        <figcaption className="plate">{t("meeting.share_of", { name: sharer.name })}</figcaption>
      </figure>
      <ul className="strip">
        {visible.map((person) => (
          <Tile key={person.identity} person={person} stage={stage} more={0} />
        ))}
      </ul>
    </div>
  );
}

/** Follows the size of an element. */
function useSize(element: RefObject<HTMLElement | null>): Size {
  const [size, setSize] = useState<Size>({ width: 960, height: 540 });
  useEffect(() => {
    const watched = element.current;
    if (watched === null) return undefined;
    const observer = new ResizeObserver(() => setSize({ width: watched.clientWidth, height: watched.clientHeight }));
    observer.observe(watched);
    return () => observer.disconnect();
  }, [element]);
  return size;
}

/** Custom properties as a style, which React sets through the CSSOM. */
function variables(values: Record<`--${string}`, string>): CSSProperties {
  return values;
}
