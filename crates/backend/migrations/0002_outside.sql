-- Rooms that were asked for at a provider. A row stands here before the request leaves, so that a repetition never makes a second room;
-- Of what was asked for only a hash is kept, which tells a repetition. The room stays NULL when no answer came.
-- A row goes with its consultation, or with its specialist.
CREATE TABLE makings (
    id         TEXT PRIMARY KEY,
    specialist TEXT NOT NULL,
    asked      BLOB NOT NULL,
    asked_at   INTEGER NOT NULL,
    room       TEXT
) WITHOUT ROWID;

-- What a consultation and its entry in the practice's calendar last had in common. It outlives the consultation, whose entry has to go too.
CREATE TABLE agreements (
    id         TEXT PRIMARY KEY,
    body       TEXT NOT NULL
) WITHOUT ROWID;
