import type { ReactElement } from "react";

import { useMessages } from "../../kit/index.ts";
import { Mark } from "../../primitives/index.ts";
import { LanguageSwitch } from "./LanguageSwitch.tsx";
import "./frame.css";

interface MastheadProps {
  organisation: string;
  isDemonstration: boolean;
  home: string;
}

/** Whose page this is, and its languages. */
export function Masthead({ organisation, isDemonstration, home }: MastheadProps): ReactElement {
  return (
    <>
      {isDemonstration ? <DemonstrationStrip /> : null}
      <header className="masthead">
        <a className="brand" href={home}>
          <Mark />
          <span>{organisation}</span>
        </a>
        <span className="grows" />
        <LanguageSwitch look="row" />
      </header>
    </>
  );
}

/** Says that nothing here is real. */
export function DemonstrationStrip(): ReactElement {
  const t = useMessages();
  return <p className="demonstration-strip">{t("app.demonstration")}</p>;
}
