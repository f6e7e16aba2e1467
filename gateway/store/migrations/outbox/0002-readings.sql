-- Readings in batches, one a group commit; a place of each store in them; accounts that must add up. Times are UTC milliseconds.

CREATE TABLE series (
  id        INTEGER PRIMARY KEY,
  sensor_id TEXT NOT NULL,
  metric    TEXT NOT NULL,
  UNIQUE (sensor_id, metric)
) STRICT;
-- Topics of messages, login names of people.
CREATE TABLE source (
  id   INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE
) STRICT;

-- Ids only grow, and are never given twice. See gateway/sensors/outbox-batch.ts for the two blobs.
CREATE TABLE batch (
  id          INTEGER PRIMARY KEY,
  count       INTEGER NOT NULL,
  from_utc_ms INTEGER NOT NULL,
  to_utc_ms   INTEGER NOT NULL,
  head        BLOB NOT NULL,    -- how many readings of which series, from when to when
  body        BLOB NOT NULL     -- the readings
) STRICT;

-- What each store has: batches from_id..to_id. More than one row: what was live while a backlog waited.
CREATE TABLE done (
  store   TEXT NOT NULL,
  from_id INTEGER NOT NULL,
  to_id   INTEGER NOT NULL,
  PRIMARY KEY (store, from_id)
) STRICT, WITHOUT ROWID;

-- Milliseconds that readings of batches had which are gone: a clock that stepped back must not give them again.
CREATE TABLE used (
  minute INTEGER PRIMARY KEY,   -- since 1970
  bits   BLOB NOT NULL          -- a bit a millisecond, 60,000 of them, deflated
) STRICT;

-- received = stored + quarantined + lost + what waits in `batch`. `begun_utc_ms`: since when it is counted.
CREATE TABLE account (
  store        TEXT NOT NULL,
  sensor_id    TEXT NOT NULL,
  received     INTEGER NOT NULL DEFAULT 0,
  stored       INTEGER NOT NULL DEFAULT 0,
  quarantined  INTEGER NOT NULL DEFAULT 0,
  lost         INTEGER NOT NULL DEFAULT 0,
  begun_utc_ms INTEGER NOT NULL,
  PRIMARY KEY (store, sensor_id)
) STRICT, WITHOUT ROWID;

-- Moved to batches when the outbox is opened, and then dropped: rows of SQL cannot be packed by SQL.
ALTER TABLE reading RENAME TO reading_before;
ALTER TABLE cursor RENAME TO cursor_before;
ALTER TABLE ahead RENAME TO ahead_before;

ALTER TABLE loss RENAME TO loss_before;
CREATE TABLE loss (
  id       INTEGER PRIMARY KEY,
  utc_ms   INTEGER NOT NULL,
  store    TEXT NOT NULL,
  reason   TEXT NOT NULL,       -- a word of lossReasons in gateway/domain/words.ts
  readings INTEGER NOT NULL
) STRICT;
CREATE TABLE loss_series (
  loss_id     INTEGER NOT NULL REFERENCES loss (id),
  sensor_id   TEXT NOT NULL,
  metric      TEXT NOT NULL,
  from_utc_ms INTEGER NOT NULL,
  to_utc_ms   INTEGER NOT NULL,
  readings    INTEGER NOT NULL,
  PRIMARY KEY (loss_id, sensor_id, metric)
) STRICT, WITHOUT ROWID;
INSERT INTO loss (id, utc_ms, store, reason, readings)
  SELECT id, utc_ms, (SELECT coalesce(min(name), '') FROM cursor_before), CASE reason WHEN 'too-old' THEN 'outbox-age' ELSE 'outbox-bytes' END, readings
  FROM loss_before;
DROP TABLE loss_before;

ALTER TABLE quarantine ADD COLUMN sensor_id TEXT;                    -- null when nobody knows whose it is
ALTER TABLE quarantine ADD COLUMN refused INTEGER NOT NULL DEFAULT 0; -- 1: a reading that a store refused
CREATE INDEX quarantine_refused ON quarantine (refused, id);
