-- The client's page of each consultation whose link was given anew; the others have their first. Of its token only the hash is kept;
-- the token is made again from the key of private rows. Another generation is another token: the one before leads nowhere.
-- A row outlives its consultation: should the same id come back, the old link must not.
CREATE TABLE pages (
    consultation TEXT PRIMARY KEY,
    token_hash   BLOB NOT NULL UNIQUE,
    generation   INTEGER NOT NULL
) WITHOUT ROWID;

-- What goes out. The id is made from its cause, so that nothing is sent twice. A worker takes a row for a while (`owner`, `taken_until`):
-- whoever it belongs to by then sends it, also when several processes share this file. The body, which names people, is sealed.
CREATE TABLE deliveries (
    id           TEXT PRIMARY KEY,
    specialist   TEXT NOT NULL,
    consultation TEXT,
    channel      TEXT NOT NULL,
    purpose      TEXT NOT NULL,
    state        TEXT NOT NULL,
    code         TEXT,
    due_at       INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0,
    owner        TEXT,
    taken_until  INTEGER,
    sent_as      TEXT,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    body         TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX deliveries_waiting ON deliveries (due_at) WHERE state IN ('waiting', 'sending');
CREATE INDEX deliveries_by_consultation ON deliveries (consultation);
CREATE INDEX deliveries_by_channel_id ON deliveries (channel, sent_as) WHERE sent_as IS NOT NULL;
CREATE INDEX deliveries_by_time ON deliveries (updated_at);

-- What clients wrote, and what was written to them; messengers tell time in seconds, so `number` says what came first. The body is sealed.
CREATE TABLE messages (
    number       INTEGER PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    specialist   TEXT NOT NULL,
    consultation TEXT NOT NULL,
    at           INTEGER NOT NULL,
    delivery     TEXT,
    body         TEXT NOT NULL
);
CREATE INDEX messages_by_consultation ON messages (consultation, at);

-- Whom a messenger's chat belongs to. Of the chat's id only a keyed hash is searched for; what is needed to write there is sealed in the body.
-- `who` is `specialist:ID` or `consultation:ID`. One that waits to be confirmed stands beside the confirmed one, which is in use until then.
CREATE TABLE chats (
    channel      TEXT NOT NULL,
    chat_hash    BLOB NOT NULL,
    who          TEXT NOT NULL,
    confirmed    INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    body         TEXT NOT NULL,
    PRIMARY KEY (channel, chat_hash, who)
) WITHOUT ROWID;
CREATE INDEX chats_by_who ON chats (who);

-- One-use codes of deep links that bind a chat, by their hashes.
CREATE TABLE binding_codes (
    code_hash    BLOB PRIMARY KEY,
    who          TEXT NOT NULL,
    expires_at   INTEGER NOT NULL
) WITHOUT ROWID;

-- What a specialist chose about being reached. The body is sealed.
CREATE TABLE reach (
    specialist   TEXT PRIMARY KEY,
    body         TEXT NOT NULL
) WITHOUT ROWID;

-- The specialist's presses on *Join* of the last day, of which no event tells: whoever has just pressed it is not called away.
CREATE TABLE presses (
    consultation TEXT NOT NULL,
    at           INTEGER NOT NULL,
    specialist   TEXT NOT NULL,
    reports      INTEGER NOT NULL,
    PRIMARY KEY (consultation, at)
) WITHOUT ROWID;
CREATE INDEX presses_by_time ON presses (at);

-- Keys of what came in from messengers, so that what comes again is known. Forgotten after some days.
CREATE TABLE seen (
    key          TEXT PRIMARY KEY,
    at           INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX seen_by_time ON seen (at);

-- What messengers sent by themselves, kept before it is acknowledged, until it is handled, in the order it came. The body is sealed.
CREATE TABLE inbox (
    id           INTEGER PRIMARY KEY,
    key          TEXT NOT NULL UNIQUE,
    messenger    TEXT NOT NULL,
    at           INTEGER NOT NULL,
    body         TEXT NOT NULL
);

-- Other ids under which the chat of a phone's owner is known, so that what they write finds its thread. Both only as keyed hashes.
CREATE TABLE aliases (
    channel      TEXT NOT NULL,
    chat_hash    BLOB NOT NULL,
    phone_hash   BLOB NOT NULL,
    updated_at   INTEGER NOT NULL,
    PRIMARY KEY (channel, chat_hash)
) WITHOUT ROWID;
