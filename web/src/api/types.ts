import type { components } from "./schema.d.ts";

type Schemas = components["schemas"];

/** The server's words for what goes over the wire, by the names the app uses. */
export type Texts = Schemas["BTreeMap"];
export type Exchange = Schemas["ExchangeBody"];
export type Me = Schemas["MeBody"];
export type DialogueSummary = Schemas["DialogueSummaryBody"];
export type Dialogue = Schemas["DialogueBody"];
export type NewDialogue = Schemas["NewDialogueBody"];
export type Survey = Schemas["SurveyBody"];
export type Meeting = Schemas["MeetingBody"];
export type NewMeeting = Schemas["NewMeetingBody"];
export type Edition = Schemas["EditionBody"];
export type MeetingRecord = Schemas["RecordBody"];
export type RecordedCaption = Schemas["CaptionBody"];
export type Lobby = Schemas["LobbyBody"];
export type Entered = Schemas["EnteredBody"];
export type Enter = Schemas["EnterBody"];
