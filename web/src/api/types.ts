/** Texts by language tag. */
export type Texts = Record<string, string>;

export interface Organisation {
  id: string;
  name: string;
}

export interface Exchange {
  capability: string;
  organisation: Organisation;
  meeting_code?: string | null;
}

export interface Me {
  organiser?: Exchange | null;
  delegate?: Exchange | null;
}

export interface DialogueSummary {
  id: string;
  slug: string;
  title: Texts;
  languages: string[];
  state: string;
  opens_at?: string | null;
  closes_at?: string | null;
  is_demonstration: boolean;
  url: string;
  counts: { responses: number; meetings: number; editions: number };
}

export interface Survey {
  id: string;
  code: string;
  url: string;
  version: number;
  state: string;
  responses: number;
}

export interface Meeting {
  id: string;
  code: string;
  url: string;
  title: Texts;
  starts_at: string;
  minutes: number;
  is_recorded: boolean;
  is_record_approved: boolean;
  people: number;
  present: number;
}

export interface Edition {
  id: string;
  number: number;
  state: string;
  progress: { done: number; of: number };
  languages: string[];
  published_at?: string | null;
  hash?: string | null;
  url: string;
}

export interface Dialogue extends DialogueSummary {
  description: Texts;
  surveys: Survey[];
  meetings: Meeting[];
  editions: Edition[];
}

export interface NewDialogue {
  slug: string;
  title: Texts;
  description: Texts;
  languages: string[];
  opens_at?: string | null;
  closes_at?: string | null;
}

export interface NewMeeting {
  title: Texts;
  starts_at: string;
  minutes: number;
  is_recorded: boolean;
}

export interface RecordedCaption {
  segment: string;
  language: string;
  source_language: string;
  author: string;
  starts_at: string;
  ends_at: string;
  text: string;
  is_untranslated: boolean;
}

export interface MeetingRecord {
  is_approved: boolean;
  captions: RecordedCaption[];
}

export interface Lobby {
  title: Texts;
  starts_at: string;
  minutes: number;
  dialogue: Texts;
  dialogue_url: string;
  organisation: Organisation;
  languages: string[];
  present: number;
  is_recorded: boolean;
  captions: { available: string[][] };
  is_demonstration: boolean;
}

export interface Entered {
  url: string;
  token: string;
  identity: string;
  room: string;
}
