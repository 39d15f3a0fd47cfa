import { LayoutList, MessagesSquare, Plus } from "lucide-react";
import type { ReactElement, ReactNode } from "react";

import { textIn, useCell, useWords } from "../../kit/index.ts";
import { Mark, PressLink } from "../../primitives/index.ts";
import { DemonstrationStrip, LanguageSwitch, ThemeSwitch } from "../frame/index.ts";
import { placeOf, type OrganiserModel } from "./OrganiserModel.ts";

interface FrameProps {
  model: OrganiserModel;
  organisation: string;
  children: ReactNode;
}

/** The organiser's frame: the dialogues at the start, the work beside them. */
export function Frame({ model, organisation, children }: FrameProps): ReactElement {
  const words = useWords();
  const t = words.text;
  const dialogues = useCell(model.dialogues);
  const place = useCell(model.place);
  const isDemonstration = place.name === "dialogue" ? dialogues.find((dialogue) => dialogue.id === place.model.id)?.is_demonstration === true : place.name === "overview" && dialogues.some((dialogue) => dialogue.is_demonstration);
  return (
    <>
      <a className="skip" href="#main">
        {t("app.skip")}
      </a>
      {isDemonstration ? <DemonstrationStrip /> : null}
      <div className="organiser">
        <nav className="nav" aria-label={t("organiser.dialogues")}>
          <p className="nav-brand">
            <Mark />
            <span>{organisation}</span>
          </p>
          <PressLink className="nav-link" href="/o" onFollow={() => model.go("")} isCurrent={place.name === "overview"}>
            <LayoutList className="icon small" aria-hidden="true" />
            {t("organiser.overview")}
          </PressLink>
          {dialogues.map((dialogue) => (
            <PressLink key={dialogue.id} className="nav-link" href={`/o${placeOf(dialogue.id)}`} onFollow={() => model.go(placeOf(dialogue.id))} isCurrent={place.name === "dialogue" && place.model.id === dialogue.id}>
              <MessagesSquare className="icon small" aria-hidden="true" />
              <bdi>{textIn(dialogue.title, words.tag)}</bdi>
            </PressLink>
          ))}
          <PressLink className="nav-link" href="/o?new" onFollow={() => model.go("?new")} isCurrent={place.name === "new"}>
            <Plus className="icon small" aria-hidden="true" />
            {t("organiser.new_dialogue")}
          </PressLink>
          <span className="nav-gap" />
          <div className="nav-settings">
            <LanguageSwitch look="folded" />
            <ThemeSwitch />
          </div>
        </nav>
        <main className="work" id="main">
          {children}
        </main>
      </div>
    </>
  );
}
