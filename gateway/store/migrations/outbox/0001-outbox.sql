-- Readings on their way to the metrics stores. A row goes when every cursor has passed it.
CREATE TABLE reading (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sensor_id TEXT NOT NULL,
  metric TEXT NOT NULL,
  utc_ms INTEGER NOT NULL,
  value REAL NOT NULL,
  quality TEXT NOT NULL CHECK (quality IN ('ok', 'suspect', 'late')),
  device_utc_ms INTEGER,
  UNIQUE (sensor_id, metric, utc_ms)
) STRICT;

-- Series whose newest reading got a time ahead of the clock, because a burst had more than one a millisecond: known after a
-- restart too, when the rows themselves may have gone to the metrics store already.
CREATE TABLE ahead (
  sensor_id TEXT NOT NULL,
  metric TEXT NOT NULL,
  utc_ms INTEGER NOT NULL,
  PRIMARY KEY (sensor_id, metric)
) STRICT, WITHOUT ROWID;

CREATE TABLE cursor (
  name TEXT PRIMARY KEY,
  upto_id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What had to be given up because no destination took it in time: named, never silent.
CREATE TABLE loss (
  id INTEGER PRIMARY KEY,
  utc_ms INTEGER NOT NULL,
  reason TEXT NOT NULL CHECK (reason IN ('too-old', 'too-many')),
  readings INTEGER NOT NULL,
  sensors INTEGER NOT NULL,
  from_utc_ms INTEGER NOT NULL,
  to_utc_ms INTEGER NOT NULL
) STRICT;

-- Payloads that are no readings, and readings that a metrics store refused.
CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  utc_ms INTEGER NOT NULL,
  topic TEXT NOT NULL,
  reason TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  sample BLOB NOT NULL
) STRICT;
