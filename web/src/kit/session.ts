import { createContext, useContext } from "react";

import { Announcer } from "./announcer.ts";
import type { Interface } from "./language.ts";

/** What the whole page shares besides the words: how to say something aloud, how to change the language. */
export interface Session {
  announcer: Announcer;
  chooseLanguage: (tag: Interface) => void;
}

export const SessionContext = createContext<Session>({ announcer: new Announcer(), chooseLanguage: () => undefined });

/** Returns how to say a sentence to whoever does not see it. */
export function useAnnounce(): (sentence: string, urgency: "polite" | "assertive") => void {
  return useContext(SessionContext).announcer.announce;
}

/** Returns how to choose the language of the page. */
export function useChooseLanguage(): (tag: Interface) => void {
  return useContext(SessionContext).chooseLanguage;
}
