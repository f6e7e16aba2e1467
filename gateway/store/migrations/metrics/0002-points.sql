-- What the gateway says of itself: the measurements that InfluxDB would hold beside `reading`, e.g. `coverage`.
CREATE TABLE point (
  measurement TEXT NOT NULL,
  tags        TEXT NOT NULL CHECK (json_valid(tags)),   -- JSON object, keys in order: one series
  utc_ms      INTEGER NOT NULL,
  fields      TEXT NOT NULL CHECK (json_valid(fields)), -- JSON object
  PRIMARY KEY (measurement, tags, utc_ms)
) STRICT, WITHOUT ROWID;
CREATE INDEX point_time ON point (utc_ms);
