-- The zone registry (what is where) and access (who may, who did). Times are UTC milliseconds.

-- The one zone of this gateway: at most one row.
CREATE TABLE zone (
  one       INTEGER PRIMARY KEY CHECK (one = 1), -- always 1: a second zone cannot be inserted
  id        TEXT NOT NULL,                       -- short id, tag `zone` of every metric
  name      TEXT NOT NULL,                       -- as people say it
  time_zone TEXT NOT NULL                        -- IANA name, for the screen only; nothing is stored in it
) STRICT;

-- A place of the zone.
CREATE TABLE site (
  id       TEXT PRIMARY KEY, -- short id, unique in the zone
  name     TEXT NOT NULL,
  position INTEGER NOT NULL  -- order on screen, from 0
) STRICT;

-- One small food producer. No licence, no production: both are shown wherever the workshop is.
CREATE TABLE workshop (
  id               TEXT PRIMARY KEY,                   -- short id, unique in the zone
  site_id          TEXT NOT NULL REFERENCES site (id), -- the site it stands in
  name             TEXT NOT NULL,
  product          TEXT,                               -- what it makes; null when not stated
  business_licence TEXT,                               -- number of the business licence; null when not known
  permit           TEXT,                               -- number of the small-workshop production permit; null when not known
  permit_until     TEXT,                               -- last valid day, YYYY-MM-DD; null when not known
  position         INTEGER NOT NULL                    -- order on screen within the site, from 0
) STRICT;
CREATE INDEX workshop_of_site ON workshop (site_id);

-- A room or place: of a workshop, or of the site itself (public: gate, road, lab, waste, outfall).
CREATE TABLE area (
  id          TEXT PRIMARY KEY,                   -- short id, unique in the zone
  site_id     TEXT NOT NULL REFERENCES site (id), -- also set for an area of a workshop
  workshop_id TEXT REFERENCES workshop (id),      -- null: a public area of the site
  name        TEXT NOT NULL,
  kind        TEXT NOT NULL,                      -- one of areaKinds; living, changing and toilet never hold a camera
  position    INTEGER NOT NULL                    -- order on screen within its workshop or site, from 0
) STRICT;
CREATE INDEX area_of_site ON area (site_id);

-- A person who may sign in. Never deleted: the audit trail names them.
CREATE TABLE account (
  id             TEXT PRIMARY KEY,                               -- random, made here
  user           TEXT NOT NULL UNIQUE,                           -- what is typed at login
  name           TEXT NOT NULL,                                  -- the person's name, shown beside what they did
  role           TEXT NOT NULL,                                  -- one of roles: office regulator ops admin
  password_hash  TEXT NOT NULL,                                  -- argon2id in PHC format
  disabled       INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)), -- 1: cannot sign in, sessions ended
  created_utc_ms INTEGER NOT NULL
) STRICT;

-- A signed-in browser. Only the hash of its token is kept: who reads the file cannot sign in with it.
CREATE TABLE session (
  token_sha256   BLOB PRIMARY KEY,                          -- SHA-256 of the 256-bit random token in the cookie
  account_id     TEXT NOT NULL REFERENCES account (id),
  created_utc_ms INTEGER NOT NULL,
  expires_utc_ms INTEGER NOT NULL,                          -- slides forward with use
  address        TEXT                                       -- where it was begun; null when not known
) STRICT;
CREATE INDEX session_of_account ON session (account_id);
CREATE INDEX session_by_expiry ON session (expires_utc_ms);

-- A link that signs in once without a password.
CREATE TABLE ticket (
  token_sha256   BLOB PRIMARY KEY,                          -- SHA-256 of the 256-bit random token in the link
  account_id     TEXT NOT NULL REFERENCES account (id),
  expires_utc_ms INTEGER NOT NULL                           -- after this it is refused; a used one is gone
) STRICT;

-- Who did what to what, and what was refused. Append-only: see the triggers.
CREATE TABLE audit (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,                     -- counts up, never reused
  utc_ms  INTEGER NOT NULL,                                      -- gateway wall clock
  user    TEXT,                                                  -- as typed at login; null for the gateway itself
  role    TEXT,                                                  -- the role at that moment; null when nobody was signed in
  action  TEXT NOT NULL,                                         -- e.g. footage.play
  object  TEXT,                                                  -- id of what it was done to; null when there is none
  outcome TEXT NOT NULL CHECK (outcome IN ('done', 'refused')),
  facts   TEXT NOT NULL CHECK (json_valid(facts)),               -- small JSON object, e.g. the interval; never a secret
  address TEXT                                                   -- network address of the client; null for the gateway itself
) STRICT;
CREATE INDEX audit_by_action ON audit (action, id);
CREATE INDEX audit_by_object ON audit (object, id);

CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
BEGIN
  SELECT RAISE(ABORT, 'the audit trail is append-only');
END;
CREATE TRIGGER audit_never_forgets BEFORE DELETE ON audit
BEGIN
  SELECT RAISE(ABORT, 'the audit trail is append-only');
END;
