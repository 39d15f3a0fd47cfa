-- Links that let somebody do something (their secrets hashed), and named secrets of the server.
CREATE TABLE link (
  id UUID NOT NULL PRIMARY KEY,
  secret_hash BYTEA NOT NULL UNIQUE,
  capability TEXT NOT NULL,
  organisation_id UUID NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
  meeting_id UUID REFERENCES meeting (id) ON DELETE CASCADE,
  expires_at BIGINT,
  revoked_at BIGINT,
  created_at BIGINT NOT NULL
);

CREATE TABLE secret (
  name TEXT NOT NULL,
  key_id INTEGER NOT NULL,
  value BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (name, key_id)
);
