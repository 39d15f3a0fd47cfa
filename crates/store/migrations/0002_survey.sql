-- Surveys, their immutable versions, and the ways they reach people.
CREATE TABLE survey (
  id UUID NOT NULL PRIMARY KEY,
  dialogue_id UUID NOT NULL REFERENCES dialogue (id) ON DELETE CASCADE,
  state TEXT NOT NULL,
  cell_epoch BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE INDEX survey_of_dialogue ON survey (dialogue_id, created_at);

CREATE TABLE survey_version (
  survey_id UUID NOT NULL REFERENCES survey (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  questionnaire TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (survey_id, number)
);

CREATE TABLE channel (
  id UUID NOT NULL PRIMARY KEY,
  survey_id UUID NOT NULL REFERENCES survey (id) ON DELETE CASCADE,
  code TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  partner TEXT,
  campaign TEXT,
  created_at BIGINT NOT NULL
);

CREATE INDEX channel_of_survey ON channel (survey_id, created_at);
