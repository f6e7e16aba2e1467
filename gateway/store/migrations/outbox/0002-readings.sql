-- A reading keeps what the device said and the message it was in; a person may take one. A CHECK cannot be changed in place.
ALTER TABLE reading RENAME TO reading_before;
CREATE TABLE reading (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sensor_id TEXT NOT NULL,
  metric TEXT NOT NULL,
  utc_ms INTEGER NOT NULL,
  value REAL NOT NULL,
  raw_value REAL,             -- before unit and calibration; null when it is the same
  quality TEXT NOT NULL,      -- a word of readingQualities in gateway/domain/words.ts
  device_utc_ms INTEGER,
  source TEXT NOT NULL,       -- topic, or login name of who read it
  UNIQUE (sensor_id, metric, utc_ms)
) STRICT;
INSERT INTO reading (id, sensor_id, metric, utc_ms, value, quality, device_utc_ms, source)
  SELECT id, sensor_id, metric, utc_ms, value, quality, device_utc_ms, '' FROM reading_before;
DROP TABLE reading_before;
