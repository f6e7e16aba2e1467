-- Whether cameras show what they should. Times are UTC milliseconds.

-- What is known of a camera's picture: lost, it is learnt anew.
CREATE TABLE picture_health (
  camera_id     TEXT PRIMARY KEY,
  looked_utc_ms INTEGER NOT NULL,         -- moment of the picture that was looked at last
  state         TEXT NOT NULL CHECK (json_valid(state)) -- domain/picture-health.ts PictureHealth
) STRICT, WITHOUT ROWID;

-- The view that a person confirmed as the right one.
CREATE TABLE picture_reference (
  camera_id        TEXT PRIMARY KEY,
  utc_ms           INTEGER NOT NULL,      -- moment of the picture
  jpeg             BLOB NOT NULL,
  plane            BLOB NOT NULL,         -- 160 x 90 grey bytes, see domain/picture-look.ts
  confirmed_by     TEXT NOT NULL,         -- login name
  confirmed_utc_ms INTEGER NOT NULL
) STRICT;

-- The picture that made a trouble an alert; the latest few of each camera and trouble are kept.
CREATE TABLE picture_evidence (
  camera_id     TEXT NOT NULL,
  trouble       TEXT NOT NULL,            -- domain/words.ts PictureTrouble; the alert's code is `picture-<trouble>`
  raised_utc_ms INTEGER NOT NULL,         -- just before the alert was raised
  utc_ms        INTEGER NOT NULL,         -- moment of the picture
  jpeg          BLOB NOT NULL,
  PRIMARY KEY (camera_id, trouble, raised_utc_ms)
) STRICT;
