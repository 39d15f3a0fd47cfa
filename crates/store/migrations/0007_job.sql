-- Background work. A job is free, locked until a time (a worker that dies lets go), or failed.
CREATE TABLE job (
  id UUID NOT NULL PRIMARY KEY,
  queue TEXT NOT NULL,
  payload TEXT NOT NULL,
  run_at BIGINT NOT NULL,
  attempts INTEGER NOT NULL,
  locked_until BIGINT,
  failed_at BIGINT,
  problem TEXT,
  created_at BIGINT NOT NULL
);

CREATE INDEX job_due ON job (queue, run_at);
