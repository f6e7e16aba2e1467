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
