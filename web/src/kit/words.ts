import { createContext, useContext } from "react";

import type app from "../../../messages/en/app.json";
import type interpret from "../../../messages/en/interpret.json";
import type meeting from "../../../messages/en/meeting.json";
import type organiser from "../../../messages/en/organiser.json";
import type { Interface } from "./language.ts";
import { format, type Arguments } from "./messages.ts";

/** The nouns whose words the web shows. `problem` holds the server's codes. */
export type Noun = "app" | "interpret" | "meeting" | "organiser" | "problem";

export type MessageKey = `app.${keyof typeof app}` | `interpret.${keyof typeof interpret}` | `meeting.${keyof typeof meeting}` | `organiser.${keyof typeof organiser}`;

type Catalogue = Readonly<Record<string, string>>;

const loadByPath = import.meta.glob<Catalogue>("../../../messages/*/{app,interpret,meeting,organiser,problem}.json", { import: "default" });

/** The words of one language. */
export class Words {
  constructor(
    readonly tag: Interface,
    private readonly messageByKey: ReadonlyMap<string, string>,
  ) {}

  /** Returns the text of a key with its arguments filled in. */
  text = (key: MessageKey, given?: Arguments): string => format(this.tag, this.messageByKey.get(key) ?? key, given);

  /** Returns the server's problem of this code in words: what happened, and what is safe. */
  problem = (code: string): { title: string; text: string } => {
    const title = this.messageByKey.get(`problem.${code}_title`);
    const text = this.messageByKey.get(`problem.${code}_text`);
    if (title === undefined || text === undefined) return { title: this.text(code === "unreachable" ? "app.unreachable" : "app.problem"), text: this.text(code === "unreachable" ? "app.unreachable_why" : "app.problem_why") };
    return { title: format(this.tag, title), text: format(this.tag, text) };
  };
}

/** Loads the words of a language for some nouns. */
export async function loadWords(tag: Interface, nouns: readonly Noun[]): Promise<Words> {
  const messageByKey = new Map<string, string>();
  const loadings = nouns.map(async (noun) => {
    const load = loadByPath[`../../../messages/${tag}/${noun}.json`];
    if (load === undefined) return;
    for (const [key, message] of Object.entries(await load())) messageByKey.set(`${noun}.${key}`, message);
  });
  await Promise.all(loadings);
  return new Words(tag, messageByKey);
}

export const WordsContext = createContext<Words>(new Words("en", new Map()));

/** Returns the words of the language chosen. */
export function useWords(): Words {
  return useContext(WordsContext);
}

/** Returns `t`: the text of a key in the language chosen. */
export function useMessages(): Words["text"] {
  return useContext(WordsContext).text;
}
