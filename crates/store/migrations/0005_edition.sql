-- Editions of a dialogue's report, and the files each is made of (blobs by hash).
CREATE TABLE edition (
  id UUID NOT NULL PRIMARY KEY,
  dialogue_id UUID NOT NULL REFERENCES dialogue (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  state TEXT NOT NULL,
  done INTEGER NOT NULL,
  total INTEGER NOT NULL,
  languages TEXT NOT NULL,
  hash TEXT,
  problem TEXT,
  created_at BIGINT NOT NULL,
  published_at BIGINT,
  UNIQUE (dialogue_id, number)
);

CREATE TABLE edition_file (
  edition_id UUID NOT NULL REFERENCES edition (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  blob TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  PRIMARY KEY (edition_id, name)
);
