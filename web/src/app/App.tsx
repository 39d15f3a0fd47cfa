import { Component, lazy, Suspense, useEffect, useState, type ReactElement, type ReactNode } from "react";
import { I18nProvider } from "react-aria-components";

import { Announcer, Cell, directionOf, isInterface, keep, kept, loadWords, localeOf, negotiate, SessionContext, showTheme, useCell, useMessages, WordsContext, type Interface, type Noun, type Session, type Words } from "../kit/index.ts";
import { Button, Note } from "../primitives/index.ts";
import { areaOf, type Area } from "./area.ts";

const Meeting = lazy(async () => ({ default: (await import("../features/meeting/index.ts")).Meeting }));
const Organiser = lazy(async () => ({ default: (await import("../features/organiser/index.ts")).Organiser }));

/** The whole app: its words, its way of saying things aloud, and one of two areas. */
export class AppModel {
  readonly words: Cell<Words>;
  readonly session: Session;

  private constructor(
    readonly area: Area,
    words: Words,
  ) {
    this.words = new Cell(words);
    this.session = { announcer: new Announcer(), chooseLanguage: (tag) => void this.choose(tag) };
    this.show();
  }

  /** Loads the words of the language that the address, the browser's memory or the browser asks for. */
  static async start(): Promise<AppModel> {
    showTheme();
    const area = areaOf(window.location.pathname);
    return new AppModel(area, await loadWords(wished(), nounsOf(area)));
  }

  private async choose(tag: Interface): Promise<void> {
    keep("plenary.language", tag);
    this.words.set(await loadWords(tag, nounsOf(this.area)));
    this.show();
  }

  private show(): void {
    const { tag } = this.words.get();
    document.documentElement.lang = tag;
    document.documentElement.dir = directionOf(tag);
  }
}

/** Returns the nouns whose words an area shows. */
function nounsOf(area: Area): readonly Noun[] {
  return area.name === "meeting" ? ["app", "interpret", "meeting", "problem"] : ["app", "organiser", "problem"];
}

/** Returns the language to begin with. */
function wished(): Interface {
  const asked = new URLSearchParams(window.location.search).get("lang");
  if (asked !== null && isInterface(asked)) return asked;
  return negotiate([kept("plenary.language") ?? "", ...navigator.languages]);
}

interface AppProps {
  model: AppModel;
}

/** Draws the area that the address names. */
export function App({ model }: AppProps): ReactElement {
  const words = useCell(model.words);
  return (
    <SessionContext value={model.session}>
      <WordsContext value={words}>
        <I18nProvider locale={localeOf(words.tag)}>
          <Safety>
            <Suspense fallback={<Waiting />}>{model.area.name === "meeting" ? <Meeting code={model.area.code} /> : <Organiser />}</Suspense>
          </Safety>
          <LiveRegions announcer={model.session.announcer} />
        </I18nProvider>
      </WordsContext>
    </SessionContext>
  );
}

function Waiting(): ReactElement {
  const t = useMessages();
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), 1000);
    return () => clearTimeout(timer);
  }, []);
  return <main aria-busy="true">{isLong ? <p className="plain-page">{t("app.loading")}</p> : null}</main>;
}

function LiveRegions({ announcer }: { announcer: Announcer }): ReactElement {
  const polite = useCell(announcer.polite);
  const assertive = useCell(announcer.assertive);
  return (
    <>
      <div className="unseen" role="status" aria-live="polite">
        {polite}
      </div>
      <div className="unseen" role="alert" aria-live="assertive">
        {assertive}
      </div>
    </>
  );
}

/** Catches what should not happen, so that nobody looks at an empty page. */
class Safety extends Component<{ children: ReactNode }, { isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError(): { isBroken: boolean } {
    return { isBroken: true };
  }

  override render(): ReactNode {
    return this.state.isBroken ? <Broken /> : this.props.children;
  }
}

function Broken(): ReactElement {
  const t = useMessages();
  return (
    <main className="plain-page" id="main">
      <Note kind="bad" title={t("app.broken")} acts={<Button onPress={() => window.location.reload()}>{t("app.reload")}</Button>}>
        <p>{t("app.broken_why")}</p>
      </Note>
    </main>
  );
}
