-- Sensors: what discovery found (candidates) and what somebody placed in an area (sensors).

-- Each Home Assistant discovery topic as it was announced; the candidates' bindings are parsed from it again at every start.
CREATE TABLE sensor_config (
  topic TEXT PRIMARY KEY,
  candidate_id TEXT NOT NULL,
  payload TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sensor_config_candidate ON sensor_config (candidate_id);

CREATE TABLE sensor_candidate (
  candidate_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('home-assistant', 'json')),
  -- The topic of the discovery message, or the plain JSON topic up to the sensor's name.
  topic TEXT NOT NULL,
  first_seen_utc_ms INTEGER NOT NULL,
  last_seen_utc_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Metrics stay when their candidate goes, as long as a sensor has them: history still needs their units.
CREATE TABLE sensor_metric (
  candidate_id TEXT NOT NULL,
  key TEXT NOT NULL,
  name TEXT NOT NULL,
  unit TEXT,
  kind TEXT,
  type TEXT NOT NULL CHECK (type IN ('number', 'binary')),
  PRIMARY KEY (candidate_id, key)
) STRICT;

-- A sensor may be written in zone.yaml before its candidate was ever seen: no foreign key.
CREATE TABLE sensor (
  id TEXT PRIMARY KEY,
  candidate_id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  area_id TEXT NOT NULL,
  created_utc_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
