-- Footage that can be relied on: disks, retention by camera, expected time, holds, coverage. Times are UTC milliseconds.

-- Which recordings disk (a name of the configuration) holds the file. Names outlive their place in the configuration.
ALTER TABLE segment ADD COLUMN disk TEXT NOT NULL DEFAULT 'main';
ALTER TABLE garbage ADD COLUMN disk TEXT NOT NULL DEFAULT 'main';
ALTER TABLE purge ADD COLUMN disk TEXT NOT NULL DEFAULT 'main';
CREATE INDEX segment_disk ON segment (disk, end_utc_ms, size_bytes);  -- oldest first on one disk, and its sum
-- At the start every file is compared: from this index alone, without the rows and their fragments.
CREATE INDEX segment_file ON segment (disk, path);
CREATE INDEX segment_keep ON segment (camera_id, disk, end_utc_ms);   -- retention by camera

-- The last link of each camera's hash chain: it goes on when all earlier files were deleted.
CREATE TABLE camera_chain (
  camera_id  TEXT PRIMARY KEY,
  run_id     INTEGER NOT NULL,            -- run of that fragment: ids of runs only grow, the wall clock may not
  end_utc_ms INTEGER NOT NULL,            -- end of the file that it ended
  link       BLOB NOT NULL                -- 32 bytes, see media/link.ts
) STRICT, WITHOUT ROWID;

-- How long and where a camera is recorded, from the operator.
ALTER TABLE camera ADD COLUMN retention_days REAL;   -- null: the configuration's
ALTER TABLE camera ADD COLUMN retention_basis TEXT;  -- the rule or decision behind retention_days; null when not stated
ALTER TABLE camera ADD COLUMN disk TEXT;             -- name of a recordings disk; null: the first one

-- When a camera should record, as it was declared over time: a change never rewrites the past.
CREATE TABLE camera_hours (
  camera_id    TEXT NOT NULL REFERENCES camera (id),
  from_utc_ms  INTEGER NOT NULL,          -- valid from here on, until the next row
  hours        TEXT CHECK (hours IS NULL OR json_valid(hours)), -- contract/camera.ts DeclaredHours; null: always
  PRIMARY KEY (camera_id, from_utc_ms)
) STRICT, WITHOUT ROWID;

-- A stretch in which a camera is off by plan: not expected, and no gap.
CREATE TABLE planned_off (
  id               TEXT PRIMARY KEY,
  camera_id        TEXT NOT NULL,
  from_utc_ms      INTEGER NOT NULL,
  to_utc_ms        INTEGER NOT NULL,      -- brought forward when it is ended early
  reason           TEXT NOT NULL,
  created_utc_ms   INTEGER NOT NULL,
  created_by       TEXT NOT NULL,         -- login name
  cancelled_utc_ms INTEGER,               -- null unless somebody ended it early
  cancelled_by     TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX planned_off_time ON planned_off (camera_id, to_utc_ms);

-- Footage that retention must not delete. Never deleted: a released hold says who let it go, and why.
CREATE TABLE hold (
  id              TEXT PRIMARY KEY,
  from_utc_ms     INTEGER NOT NULL,
  to_utc_ms       INTEGER NOT NULL,       -- may lie in the future
  reason          TEXT NOT NULL,
  until_utc_ms    INTEGER,                -- when it lapses by itself; null: when it is released
  created_utc_ms  INTEGER NOT NULL,
  owner           TEXT NOT NULL,          -- login name of who placed it
  owner_name      TEXT NOT NULL,          -- that person's name, then
  released_utc_ms INTEGER,                -- null while it holds; so are the next two
  released_by     TEXT,
  release_reason  TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE hold_camera (
  hold_id   TEXT NOT NULL REFERENCES hold (id),
  camera_id TEXT NOT NULL,
  PRIMARY KEY (hold_id, camera_id)
) STRICT, WITHOUT ROWID;

-- What an hour of a camera came to. Kept when its footage is long gone.
CREATE TABLE coverage_hour (
  camera_id      TEXT NOT NULL,
  hour_utc_ms    INTEGER NOT NULL,        -- start of the hour, UTC
  expected_ms    INTEGER NOT NULL,        -- declared hours without planned-off time
  recorded_ms    INTEGER NOT NULL,        -- of the expected time
  planned_off_ms INTEGER NOT NULL,
  gaps           TEXT NOT NULL CHECK (json_valid(gaps)), -- milliseconds by reason, e.g. {"camera-lost": 4200}
  unexplained_ms INTEGER NOT NULL,        -- expected, neither recorded nor a gap; 0, or a defect
  exported       INTEGER NOT NULL DEFAULT 0 CHECK (exported IN (0, 1)), -- 1: the metrics store has these values
  PRIMARY KEY (camera_id, hour_utc_ms)
) STRICT, WITHOUT ROWID;
CREATE INDEX coverage_waiting ON coverage_hour (hour_utc_ms) WHERE exported = 0;
CREATE INDEX coverage_time ON coverage_hour (hour_utc_ms);
