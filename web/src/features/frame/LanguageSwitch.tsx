import type { ReactElement } from "react";

import { autonymOf, isInterface, UN, useChooseLanguage, useWords } from "../../kit/index.ts";
import { PressLink, SelectField } from "../../primitives/index.ts";
import "./frame.css";

interface LanguageSwitchProps {
  /** A row of links where there is room, folded where there is not. */
  look: "row" | "folded";
}

/** The six languages, each by its own name. */
export function LanguageSwitch({ look }: LanguageSwitchProps): ReactElement {
  const words = useWords();
  const choose = useChooseLanguage();
  const folded = <SelectField label={words.text("app.language")} options={UN.map((tag) => ({ id: tag, text: autonymOf(tag), lang: tag }))} value={words.tag} onChange={(tag) => (isInterface(tag) ? choose(tag) : undefined)} />;
  if (look === "folded") return folded;
  return (
    <>
      <nav className="languages on-wide" aria-label={words.text("app.language")}>
        {UN.map((tag) => (
          <PressLink key={tag} href={`?lang=${tag}`} onFollow={() => choose(tag)} className="language" isCurrent={tag === words.tag}>
            <span lang={tag}>{autonymOf(tag)}</span>
          </PressLink>
        ))}
      </nav>
      <div className="languages-folded on-phone">{folded}</div>
    </>
  );
}
