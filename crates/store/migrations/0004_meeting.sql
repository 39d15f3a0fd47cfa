-- Meetings, who was there (published as counts), and what was said.
CREATE TABLE meeting (
  id UUID NOT NULL PRIMARY KEY,
  dialogue_id UUID NOT NULL REFERENCES dialogue (id) ON DELETE CASCADE,
  code TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  starts_at BIGINT NOT NULL,
  minutes INTEGER NOT NULL,
  is_recorded BOOLEAN NOT NULL,
  record_approved BOOLEAN NOT NULL,
  is_demonstration BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE INDEX meeting_of_dialogue ON meeting (dialogue_id, starts_at);

CREATE TABLE attendance (
  meeting_id UUID NOT NULL REFERENCES meeting (id) ON DELETE CASCADE,
  guest_id UUID NOT NULL,
  entered_at BIGINT NOT NULL,
  left_at BIGINT,
  consents_to_record BOOLEAN NOT NULL,
  reads TEXT NOT NULL,
  PRIMARY KEY (meeting_id, guest_id, entered_at)
);

CREATE TABLE caption (
  meeting_id UUID NOT NULL REFERENCES meeting (id) ON DELETE CASCADE,
  segment TEXT NOT NULL,
  language TEXT NOT NULL,
  revision INTEGER NOT NULL,
  source_language TEXT NOT NULL,
  author TEXT NOT NULL,
  speaker UUID NOT NULL,
  track TEXT NOT NULL,
  starts_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  words TEXT NOT NULL,
  is_untranslated BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (meeting_id, segment, language, revision)
);

CREATE INDEX caption_in_order ON caption (meeting_id, starts_at);
