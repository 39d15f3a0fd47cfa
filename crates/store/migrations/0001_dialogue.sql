-- Who runs dialogues, and the dialogues.
CREATE TABLE organisation (
  id UUID NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE dialogue (
  id UUID NOT NULL PRIMARY KEY,
  organisation_id UUID NOT NULL REFERENCES organisation (id) ON DELETE RESTRICT,
  slug TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  languages TEXT NOT NULL,
  opens_at BIGINT,
  closes_at BIGINT,
  state TEXT NOT NULL,
  is_demonstration BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE INDEX dialogue_of_organisation ON dialogue (organisation_id, created_at);
