-- Alerts that were open in a range: the closed ones by when they ended. The open ones have `alert_open`.
CREATE INDEX alert_closed ON alert (max(cleared_utc_ms, acknowledged_utc_ms))
  WHERE cleared_utc_ms IS NOT NULL AND acknowledged_utc_ms IS NOT NULL;
