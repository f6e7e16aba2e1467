-- The live wall: a third stream, privacy, who may see which areas, walls that are kept, screens. Times are UTC milliseconds.

-- A CHECK cannot be changed in place: the table is made anew with one more name.
ALTER TABLE camera_stream RENAME TO camera_stream_before;
CREATE TABLE camera_stream (
  camera_id  TEXT NOT NULL REFERENCES camera (id),
  name       TEXT NOT NULL CHECK (name IN ('main', 'sub', 'third')), -- third: one more H.264 profile
  url_sealed TEXT NOT NULL,   -- RTSP address without user info, sealed: some makers put the password into the path
  codec      TEXT CHECK (codec IN ('H264', 'H265')), -- null until read
  width_px   INTEGER,         -- 0 when the device does not tell; null until read; so is the next
  height_px  INTEGER,
  fps        REAL,            -- frames a second the device is set to; null when it does not tell
  kbps       REAL,            -- kilobits a second the device is set to; null when it does not tell
  PRIMARY KEY (camera_id, name)
) STRICT, WITHOUT ROWID;
INSERT INTO camera_stream SELECT * FROM camera_stream_before;
DROP TABLE camera_stream_before;

ALTER TABLE camera ADD COLUMN privacy INTEGER NOT NULL DEFAULT 0 CHECK (privacy IN (0, 1)); -- 1: the live picture is withheld

-- The areas whose pictures an account may see, as a JSON array of area ids; null: all.
ALTER TABLE account ADD COLUMN area_ids TEXT CHECK (area_ids IS NULL OR json_valid(area_ids));

-- How each person last left the wall.
CREATE TABLE wall_current (
  account_id     TEXT PRIMARY KEY REFERENCES account (id),
  settings       TEXT NOT NULL CHECK (json_valid(settings)), -- WallSettings of gateway/contract/wall.ts
  changed_utc_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Walls under a name: of one account, or of a role.
CREATE TABLE wall_view (
  id             TEXT PRIMARY KEY,                           -- random, made here
  name           TEXT NOT NULL,
  account_id     TEXT REFERENCES account (id),               -- whose it is; null for a role's
  role           TEXT,                                       -- for whom it is; null for a person's own
  settings       TEXT NOT NULL CHECK (json_valid(settings)), -- as above
  changed_utc_ms INTEGER NOT NULL,
  changed_by     TEXT NOT NULL,                              -- login name
  CHECK ((account_id IS NULL) <> (role IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX wall_view_of_account ON wall_view (account_id);

-- A wall that nobody sits at. It is an account of role `screen` without a password: revoking disables it.
CREATE TABLE screen (
  account_id     TEXT PRIMARY KEY REFERENCES account (id),
  created_by     TEXT NOT NULL,                              -- login name
  seen_utc_ms    INTEGER,                                    -- last sign of life; null before its link was opened
  address        TEXT,                                       -- from where; null before
  revoked_utc_ms INTEGER,                                    -- null while it may watch; so is the next
  revoked_by     TEXT
) STRICT, WITHOUT ROWID;
