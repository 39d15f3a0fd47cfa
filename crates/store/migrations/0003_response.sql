-- Responses and the cells that count them. No foreign keys: every row of a batch would pay for
-- them, and the writer checks the batch's surveys once, in the same transaction.
-- A withdrawn response keeps its id alone, so that a replay brings nothing back.
CREATE TABLE response (
  id UUID NOT NULL PRIMARY KEY,
  survey_id UUID NOT NULL,
  version INTEGER NOT NULL,
  channel_id UUID NOT NULL,
  language TEXT NOT NULL,
  received_at BIGINT NOT NULL,
  shown BYTEA NOT NULL,
  answers TEXT NOT NULL,
  sealed_text BYTEA,
  sealed_key BYTEA,
  may_quote BOOLEAN NOT NULL,
  withdrawn_at BIGINT
);

-- The lane is the writer that owns the row. Counts are a JSON array; lanes add up on reading.
CREATE TABLE cell (
  survey_id UUID NOT NULL,
  hour BIGINT NOT NULL,
  lane SMALLINT NOT NULL,
  version INTEGER NOT NULL,
  channel SMALLINT NOT NULL,
  region SMALLINT NOT NULL,
  age SMALLINT NOT NULL,
  gender SMALLINT NOT NULL,
  trust SMALLINT NOT NULL,
  counts TEXT NOT NULL,
  PRIMARY KEY (survey_id, hour, lane, version, channel, region, age, gender, trust)
) /* WITHOUT ROWID */;
