-- The embedded metrics store: what InfluxDB would hold, when none is configured.
CREATE TABLE series (
  id INTEGER PRIMARY KEY,
  sensor_id TEXT NOT NULL,
  metric TEXT NOT NULL,
  UNIQUE (sensor_id, metric)
) STRICT;

CREATE TABLE reading (
  series INTEGER NOT NULL REFERENCES series (id),
  utc_ms INTEGER NOT NULL,
  value REAL NOT NULL,
  quality TEXT NOT NULL,
  device_utc_ms INTEGER,
  PRIMARY KEY (series, utc_ms)
) STRICT, WITHOUT ROWID;
