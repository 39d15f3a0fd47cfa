import { useEffect, useState, type ReactElement } from "react";

import { useCell, useMessages, useWords } from "../../kit/index.ts";
import { Button, Note } from "../../primitives/index.ts";
import { DialoguePage } from "./DialoguePage.tsx";
import { Frame } from "./Frame.tsx";
import { NewDialogue } from "./NewDialogue.tsx";
import { OrganiserModel } from "./OrganiserModel.ts";
import { Overview } from "./Overview.tsx";
import "./organiser.css";

/** The organiser's side, from the link on. */
export function Organiser(): ReactElement {
  const t = useMessages();
  const [model] = useState(() => new OrganiserModel());
  const phase = useCell(model.phase);
  useEffect(() => {
    document.title = t("organiser.title");
  }, [t]);
  useEffect(() => {
    void model.open();
    return model.listen();
  }, [model]);
  switch (phase.name) {
    case "loading":
      return (
        <main className="plain-page" id="main" aria-busy="true">
          <p role="status">{t("app.loading")}</p>
        </main>
      );
    case "locked":
      return <Locked code={phase.problem?.code ?? null} />;
    case "failed":
      return <Failed model={model} code={phase.problem.code} />;
    case "open":
      return (
        <Frame model={model} organisation={phase.organisation.name}>
          <PlaceView model={model} organisation={phase.organisation.name} />
        </Frame>
      );
  }
}

function PlaceView({ model, organisation }: { model: OrganiserModel; organisation: string }): ReactElement {
  const place = useCell(model.place);
  switch (place.name) {
    case "overview":
      return <Overview model={model} organisation={organisation} />;
    case "new":
      return <NewDialogue model={model} />;
    case "dialogue":
      return <DialoguePage key={place.model.id} model={place.model} onRemove={model.removeDemonstration} />;
  }
}

/** What whoever has the shell types; the same in every language. */
const COMMAND = "plenary link";

function Locked({ code }: { code: string | null }): ReactElement {
  const words = useWords();
  const t = words.text;
  return (
    <main className="plain-page stack" id="main">
      <h1>{t("organiser.locked")}</h1>
      {code === null ? <p className="quiet-text">{t("organiser.locked_why")}</p> : <Note kind="bad" title={words.problem(code).title}>{<p>{words.problem(code).text}</p>}</Note>}
      <p className="quiet-text">{t("organiser.locked_how")}</p>
      <p>
        <kbd className="ltr">{COMMAND}</kbd>
      </p>
    </main>
  );
}

function Failed({ model, code }: { model: OrganiserModel; code: string }): ReactElement {
  const words = useWords();
  const problem = words.problem(code);
  return (
    <main className="plain-page" id="main">
      <Note kind="bad" title={problem.title} acts={<Button onPress={model.open}>{words.text("app.try_again")}</Button>}>
        <p>{problem.text}</p>
      </Note>
    </main>
  );
}
