-- Rules on metrics, what they wait for, and the alerts they and the gateway itself raised.

CREATE TABLE rule (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  sensor_id TEXT NOT NULL,
  metric TEXT NOT NULL,
  condition TEXT NOT NULL CHECK (condition IN ('above', 'below', 'silent')),
  threshold REAL NOT NULL,
  for_ms INTEGER NOT NULL CHECK (for_ms >= 0),
  hysteresis REAL NOT NULL CHECK (hysteresis >= 0),
  severity TEXT NOT NULL CHECK (severity IN ('warning', 'critical')),
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  created_utc_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Only rules that are not at rest have a row, so that a wait of ten minutes and a raised alert survive a restart.
CREATE TABLE rule_state (
  rule_id TEXT PRIMARY KEY REFERENCES rule (id) ON DELETE CASCADE,
  phase TEXT NOT NULL CHECK (phase IN ('pending', 'raised')),
  since_utc_ms INTEGER NOT NULL,
  last_value REAL,
  worst_value REAL
) STRICT, WITHOUT ROWID;

-- Self-contained: an alert is still true after its rule, sensor or camera was changed or removed.
CREATE TABLE alert (
  id TEXT PRIMARY KEY,
  rule_id TEXT,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  severity TEXT NOT NULL CHECK (severity IN ('warning', 'critical')),
  sensor_id TEXT,
  camera_id TEXT,
  area_id TEXT,
  metric TEXT,
  unit TEXT,
  threshold REAL,
  condition TEXT CHECK (condition IN ('above', 'below', 'silent')),
  value REAL,
  worst_value REAL,
  raised_utc_ms INTEGER NOT NULL,
  cleared_utc_ms INTEGER,
  acknowledged_utc_ms INTEGER,
  acknowledged_by TEXT,
  note TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_raised ON alert (raised_utc_ms);
-- One open alert for each cause. It is open until it is both cleared and acknowledged.
CREATE UNIQUE INDEX alert_open ON alert (coalesce(rule_id, code), coalesce(camera_id, ''))
  WHERE cleared_utc_ms IS NULL OR acknowledged_utc_ms IS NULL;
