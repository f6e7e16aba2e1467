-- Minutes and hours of each series, and all of a reading. Times are UTC milliseconds.
ALTER TABLE reading ADD COLUMN raw_value REAL;   -- before unit and calibration; null when it is the same
ALTER TABLE reading ADD COLUMN source INTEGER;   -- of the table below; null: not known

-- Topics of messages, login names of people.
CREATE TABLE source (
  id   INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE
) STRICT;

-- How far `npm run copy:history` came.
CREATE TABLE copied (
  target      TEXT NOT NULL,     -- address and database
  resolution  TEXT NOT NULL,     -- raw, minute or hour
  series      INTEGER NOT NULL REFERENCES series (id),
  upto_utc_ms INTEGER NOT NULL,
  PRIMARY KEY (target, resolution, series)
) STRICT, WITHOUT ROWID;

CREATE TABLE minute (
  series INTEGER NOT NULL REFERENCES series (id),
  utc_ms INTEGER NOT NULL,   -- begin of the minute
  min    REAL NOT NULL,
  max    REAL NOT NULL,
  sum    REAL NOT NULL,
  count  INTEGER NOT NULL,
  PRIMARY KEY (series, utc_ms)
) STRICT, WITHOUT ROWID;
CREATE TABLE hour (
  series INTEGER NOT NULL REFERENCES series (id),
  utc_ms INTEGER NOT NULL,   -- begin of the hour
  min    REAL NOT NULL,
  max    REAL NOT NULL,
  sum    REAL NOT NULL,
  count  INTEGER NOT NULL,
  PRIMARY KEY (series, utc_ms)
) STRICT, WITHOUT ROWID;

INSERT INTO minute (series, utc_ms, min, max, sum, count)
  SELECT series, utc_ms - utc_ms % 60000, min(value), max(value), sum(value), count(*) FROM reading GROUP BY 1, 2;
INSERT INTO hour (series, utc_ms, min, max, sum, count)
  SELECT series, utc_ms - utc_ms % 3600000, min(min), max(max), sum(sum), sum(count) FROM minute GROUP BY 1, 2;
