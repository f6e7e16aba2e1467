-- Footage: runs, segments, gaps. All times are milliseconds UTC by the gateway's clock. Ids are never used again.

-- One unbroken stretch of received video of one camera.
CREATE TABLE run (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  camera_id     TEXT NOT NULL,              -- stays when the camera is removed: footage outlives it
  start_utc_ms  INTEGER NOT NULL,           -- first frame
  end_utc_ms    INTEGER,                    -- end of the last frame on disk; null while the run goes on
  end_reason    TEXT,                       -- domain/words.ts RunEndReason; null while the run goes on
  codec         TEXT NOT NULL,              -- RFC 6381, e.g. avc1.4D401F
  timescale     INTEGER NOT NULL,           -- ticks per second of the media times in its segments
  width_px      INTEGER NOT NULL,
  height_px     INTEGER NOT NULL,
  clock_offset_ms REAL                      -- camera's clock minus gateway's when the run began; null when not known
) STRICT;
CREATE INDEX run_open ON run (camera_id) WHERE end_utc_ms IS NULL;
CREATE INDEX run_end ON run (end_utc_ms);

-- One file of a run: closed, synced and hashed. The file being written has no row yet.
CREATE TABLE segment (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  camera_id     TEXT NOT NULL,
  run_id        INTEGER NOT NULL REFERENCES run (id),
  start_utc_ms  INTEGER NOT NULL,
  end_utc_ms    INTEGER NOT NULL,
  path          TEXT NOT NULL UNIQUE,       -- relative to the recordings folder
  size_bytes    INTEGER NOT NULL,
  init_bytes    INTEGER NOT NULL,           -- length of ftyp + moov at the start of the file
  anchor_utc_ms REAL NOT NULL,              -- wall clock of media time 0 of the run
  fragments     BLOB NOT NULL,              -- recording/fragment-table.ts: place, time and SHA-256 of each fragment
  chain         BLOB NOT NULL               -- 32 bytes: the camera's hash chain after the last fragment of this file
) STRICT;
-- The timeline of 30 days is read from this index alone, without the rows and their fragments.
CREATE INDEX segment_time ON segment (camera_id, start_utc_ms, end_utc_ms);
CREATE INDEX segment_end ON segment (end_utc_ms);          -- retention: oldest first
CREATE INDEX segment_of_run ON segment (run_id, end_utc_ms);
CREATE INDEX segment_chain ON segment (camera_id, id);     -- the end of a camera's chain

-- A stretch that should have been recorded and was not, with its reason.
CREATE TABLE gap (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  camera_id     TEXT NOT NULL,
  start_utc_ms  INTEGER NOT NULL,
  end_utc_ms    INTEGER,                    -- null while it lasts
  reason        TEXT NOT NULL               -- domain/words.ts GapReason
) STRICT;
CREATE INDEX gap_time ON gap (camera_id, start_utc_ms, end_utc_ms, reason);
CREATE INDEX gap_end ON gap (end_utc_ms);
CREATE UNIQUE INDEX gap_open ON gap (camera_id) WHERE end_utc_ms IS NULL;

-- Files on their way out: named here before they are unlinked, so that a crash in between is finished at the next start.
CREATE TABLE garbage (
  path          TEXT PRIMARY KEY            -- relative to the recordings folder
) STRICT;

-- What retention removed, one row per sweep and camera.
CREATE TABLE purge (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  utc_ms        INTEGER NOT NULL,           -- when
  camera_id     TEXT NOT NULL,
  from_utc_ms   INTEGER NOT NULL,           -- start of the first removed segment
  to_utc_ms     INTEGER NOT NULL,           -- end of the last removed segment
  segments      INTEGER NOT NULL,
  size_bytes    INTEGER NOT NULL,
  reason        TEXT NOT NULL               -- retention | space
) STRICT;

-- The recordings disk that belongs to this gateway; its marker file must carry the same id.
CREATE TABLE disk (
  path          TEXT PRIMARY KEY,           -- absolute
  disk_id       TEXT NOT NULL,
  marked_utc_ms INTEGER NOT NULL
) STRICT;

-- When the gateway was last known to live: the start of the gap that a crash leaves. One row.
CREATE TABLE heartbeat (
  id            INTEGER PRIMARY KEY CHECK (id = 1),
  utc_ms        INTEGER NOT NULL
) STRICT;
