-- Sensors of many dialects: an inbox, what somebody said about metrics, calibrations, accounts of the embedded broker. Times are UTC milliseconds.

-- What devices said about themselves, by topic: read again at every start, so that a retained announcement need not come again.
CREATE TABLE sensor_said (
  topic          TEXT PRIMARY KEY,
  source         TEXT NOT NULL,    -- a word of sensorSources in gateway/domain/words.ts
  payload        BLOB NOT NULL,
  said_utc_ms    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO sensor_said (topic, source, payload, said_utc_ms)
  SELECT topic, 'home-assistant', CAST(payload AS BLOB), 0 FROM sensor_config;
DROP TABLE sensor_config;

-- A CHECK cannot be changed in place: the table is made anew. The words are checked where rows are made.
ALTER TABLE sensor_candidate RENAME TO sensor_candidate_before;
CREATE TABLE sensor_candidate (
  candidate_id      TEXT PRIMARY KEY,
  name              TEXT NOT NULL,
  model             TEXT,                                           -- maker and model; null when the device does not say
  source            TEXT NOT NULL,
  topic             TEXT NOT NULL,                                  -- where it was heard of
  ignored           INTEGER NOT NULL DEFAULT 0 CHECK (ignored IN (0, 1)),
  first_seen_utc_ms INTEGER NOT NULL,
  last_seen_utc_ms  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO sensor_candidate (candidate_id, name, source, topic, first_seen_utc_ms, last_seen_utc_ms)
  SELECT candidate_id, name, source, topic, first_seen_utc_ms, last_seen_utc_ms FROM sensor_candidate_before;
DROP TABLE sensor_candidate_before;

ALTER TABLE sensor_metric ADD COLUMN source_unit TEXT;              -- what the device sends, when it is not `unit`
ALTER TABLE sensor_metric ADD COLUMN guessed INTEGER NOT NULL DEFAULT 0 CHECK (guessed IN (0, 1));
ALTER TABLE sensor_metric ADD COLUMN told INTEGER NOT NULL DEFAULT 0 CHECK (told IN (0, 1)); -- 1: a person said it, and no device changes it
ALTER TABLE sensor_metric ADD COLUMN period_ms INTEGER;             -- null while not known
UPDATE sensor_metric SET guessed = 1 WHERE candidate_id LIKE 'json:%';

-- value = raw * scale + shift, for readings received from this moment on, until a later row of the same metric. Rows are only added.
CREATE TABLE calibration (
  id           TEXT PRIMARY KEY,
  sensor_id    TEXT NOT NULL,        -- kept when the sensor goes: its history stays too
  metric       TEXT NOT NULL,
  from_utc_ms  INTEGER NOT NULL,
  shift        REAL NOT NULL,        -- in the metric's unit
  scale        REAL NOT NULL,
  certificate  TEXT NOT NULL,        -- '' when there is none
  due_on       TEXT,                 -- YYYY-MM-DD; null when nobody asks for it
  set_by       TEXT NOT NULL         -- login name
) STRICT, WITHOUT ROWID;
CREATE INDEX calibration_series ON calibration (sensor_id, metric, from_utc_ms);

-- Who may log in at the embedded broker. Passwords are random and long: a plain SHA-256 of them is enough, and quick.
CREATE TABLE broker_account (
  id             TEXT PRIMARY KEY,
  user           TEXT NOT NULL UNIQUE,
  password_sha256 BLOB NOT NULL,
  note           TEXT NOT NULL,
  publish        TEXT NOT NULL CHECK (json_valid(publish)),    -- JSON array of MQTT filters
  subscribe      TEXT NOT NULL CHECK (json_valid(subscribe)),
  created_utc_ms INTEGER NOT NULL,
  created_by     TEXT NOT NULL,      -- login name
  seen_utc_ms    INTEGER             -- null before the first login
) STRICT, WITHOUT ROWID;

-- Claim codes that were not used yet; a row goes when its code makes an account, or its time is over.
CREATE TABLE broker_claim (
  id                 TEXT PRIMARY KEY,
  code_sha256        BLOB NOT NULL UNIQUE,
  note               TEXT NOT NULL,
  publish            TEXT NOT NULL CHECK (json_valid(publish)),
  subscribe          TEXT NOT NULL CHECK (json_valid(subscribe)),
  valid_until_utc_ms INTEGER NOT NULL,
  created_by         TEXT NOT NULL
) STRICT, WITHOUT ROWID;
