import { ParticipantKind, Track, type Participant } from "livekit-client";

/** A track of moving pictures, ours or another's; attached by a tile and never kept by one. */
export type Picture = Track;

/** Who is in the room, as the stage shows it. */
export interface Person {
  identity: string;
  name: string;
  isSelf: boolean;
  isMachine: boolean;
  isMicOn: boolean;
  speaks: string | null;
  reads: string | null;
  camera: Picture | null;
  share: Picture | null;
  joinedMs: number;
}

/** Returns what the stage shows of a participant. */
export function personOf(participant: Participant): Person {
  return {
    identity: participant.identity,
    name: participant.name === undefined || participant.name === "" ? participant.identity : participant.name,
    isSelf: participant.isLocal,
    isMachine: participant.kind === ParticipantKind.AGENT,
    isMicOn: participant.isMicrophoneEnabled,
    speaks: participant.attributes["plenary.speak"] ?? null,
    reads: participant.attributes["plenary.read"] ?? null,
    camera: pictureOf(participant, Track.Source.Camera),
    share: pictureOf(participant, Track.Source.ScreenShare),
    joinedMs: participant.joinedAt?.getTime() ?? 0,
  };
}

/** Returns people in the order in which they arrived, machines apart: they have no face. */
export function byArrival(people: readonly Person[]): Person[] {
  return people.filter((person) => !person.isMachine).sort((a, b) => a.joinedMs - b.joinedMs || (a.identity < b.identity ? -1 : 1));
}

function pictureOf(participant: Participant, source: Track.Source): Picture | null {
  const publication = participant.getTrackPublication(source);
  if (publication === undefined || publication.isMuted) return null;
  return publication.track ?? null;
}
