-- Cameras, as an operator placed them and as they described themselves. Times are UTC milliseconds.

-- One camera. A removed one keeps its row, because its footage stays until retention; its login is wiped.
CREATE TABLE camera (
  id                TEXT PRIMARY KEY,                   -- given in zone.yaml, or cam- and 8 random hex digits
  name              TEXT NOT NULL,                      -- as people call it
  area_id           TEXT NOT NULL REFERENCES area (id), -- where it is; never of kind living, changing, toilet
  purpose           TEXT NOT NULL,                      -- what the pictures may be used for (PIPL art. 26), from the operator
  kind              TEXT NOT NULL CHECK (kind IN ('onvif', 'rtsp')),
  address           TEXT NOT NULL,                      -- ONVIF device address or RTSP address, without user info; passwords in it shown as ***
  endpoint          TEXT,                               -- WS-Discovery endpoint reference, from the device; null when it does not tell, or kind rtsp
  user              TEXT NOT NULL,                      -- login name, from the operator; empty for none
  password_sealed   TEXT,                               -- password, sealed with keys/secret.key; null after removal
  enabled           INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)), -- 0: switched off by an operator
  manufacturer      TEXT,                               -- from the device; null until it was read, or kind rtsp; so are the next three
  model             TEXT,
  firmware          TEXT,
  serial            TEXT,
  ptz               INTEGER NOT NULL DEFAULT 0 CHECK (ptz IN (0, 1)), -- 1: the device can be turned
  clock_offset_ms   INTEGER,                            -- the device's clock minus ours, ms; null until read, or when it does not tell
  read_utc_ms       INTEGER,                            -- when the device was last read whole; null before the first time
  diagnosis_code    TEXT,                               -- why the last reading failed, code of the failure; null when it did not; so are the next two
  diagnosis_message TEXT,                               -- the same as one English sentence
  diagnosis_utc_ms  INTEGER,                            -- when it failed
  added_utc_ms      INTEGER NOT NULL,
  removed_utc_ms    INTEGER                             -- null while it is in use
) STRICT;
CREATE UNIQUE INDEX camera_address ON camera (address) WHERE removed_utc_ms IS NULL;
CREATE UNIQUE INDEX camera_endpoint ON camera (endpoint) WHERE removed_utc_ms IS NULL AND endpoint IS NOT NULL;

-- The video streams of a camera, from its last reading (or from the operator, for an RTSP address not yet read).
CREATE TABLE camera_stream (
  camera_id  TEXT NOT NULL REFERENCES camera (id),
  name       TEXT NOT NULL CHECK (name IN ('main', 'sub')),
  url_sealed TEXT NOT NULL,   -- RTSP address without user info, sealed: some makers put the password into the path
  codec      TEXT CHECK (codec IN ('H264', 'H265')), -- null until read
  width_px   INTEGER,         -- 0 when the device does not tell; null until read; so is the next
  height_px  INTEGER,
  fps        REAL,            -- frames a second the device is set to; null when it does not tell
  kbps       REAL,            -- kilobits a second the device is set to; null when it does not tell
  PRIMARY KEY (camera_id, name)
) STRICT, WITHOUT ROWID;
