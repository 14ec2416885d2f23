-- Rooms that were asked for at a provider. A row stands here before the request leaves, so that a repetition never makes a second room;
-- `made` stays 0 when no answer came. The body holds what was asked for, and what came of it.
CREATE TABLE makings (
    id         TEXT PRIMARY KEY,
    made       INTEGER NOT NULL,
    asked_at   INTEGER NOT NULL,
    body       TEXT NOT NULL
) WITHOUT ROWID;

-- What a consultation and its entry in the practice's calendar last had in common. It outlives the consultation, whose entry has to go too.
CREATE TABLE agreements (
    id         TEXT PRIMARY KEY,
    body       TEXT NOT NULL
) WITHOUT ROWID;
