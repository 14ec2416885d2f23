-- What reporters said, as it was understood. Rows are only ever added at the end, so that a commit touches few pages.
CREATE TABLE signals (
    id          INTEGER PRIMARY KEY,
    received_at INTEGER NOT NULL,
    source      TEXT NOT NULL,
    body        TEXT NOT NULL
);

-- The log that everybody follows. The cursor is the row's id; AUTOINCREMENT never gives one twice, even when the last is pruned.
-- `specialist` is an id, '' for the operator alone, '*' for everybody.
CREATE TABLE events (
    cursor      INTEGER PRIMARY KEY AUTOINCREMENT,
    specialist  TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    about       TEXT NOT NULL,
    json        TEXT NOT NULL
);
CREATE INDEX events_by_specialist ON events (specialist, cursor);

CREATE TABLE consultations (
    id         TEXT PRIMARY KEY,
    specialist TEXT NOT NULL,
    starts_at  INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    body       TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX consultations_by_specialist ON consultations (specialist, starts_at);
CREATE INDEX consultations_by_time ON consultations (starts_at);

CREATE TABLE specialists (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    email      TEXT,
    token_ids  TEXT NOT NULL,
    account    TEXT,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE devices (
    id         TEXT PRIMARY KEY,
    specialist TEXT NOT NULL REFERENCES specialists (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE pairing_codes (
    code_hash  BLOB PRIMARY KEY,
    specialist TEXT NOT NULL REFERENCES specialists (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID;

-- Numbers to remember: `people` rises when specialists or devices change, `open_signal` and `open_event` say from where on
-- rooms must be read at a start, `pruned_to` is the last cursor that is gone; `source:NAME` is when a source last reported.
CREATE TABLE marks (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;
