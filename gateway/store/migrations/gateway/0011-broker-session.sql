-- What was asked of the broker outside, so that it can be taken back when the configuration changed meanwhile.
CREATE TABLE broker_session (
  client_id TEXT PRIMARY KEY,   -- of one of the gateway's connections
  filters   TEXT NOT NULL CHECK (json_valid(filters))   -- JSON array of MQTT filters, `$share/...` included
) STRICT, WITHOUT ROWID;
