-- People. A user is a person; customer and agent are roles they may have.
CREATE TABLE users (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    external_id    BLOB NOT NULL UNIQUE,
    name           TEXT NOT NULL,
    email          TEXT,
    email_verified BOOLEAN NOT NULL DEFAULT FALSE,
    created_at     INTEGER NOT NULL
);
CREATE INDEX users_created_at ON users (created_at, id);
CREATE INDEX users_name ON users (lower(name), id);

CREATE TABLE customers (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    external_id BLOB NOT NULL UNIQUE,
    user_id     INTEGER NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE agents (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    external_id   BLOB NOT NULL UNIQUE,
    user_id       INTEGER NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE,
    login         TEXT NOT NULL UNIQUE,
    role          TEXT NOT NULL CHECK (role IN ('agent', 'administrator')),
    password_hash TEXT,
    disabled_at   INTEGER
);

CREATE TABLE sessions (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash   BLOB NOT NULL UNIQUE,
    customer_id  INTEGER REFERENCES customers (id) ON DELETE CASCADE,
    agent_id     INTEGER REFERENCES agents (id) ON DELETE CASCADE,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    ended_at     INTEGER,
    CHECK ((customer_id IS NULL) <> (agent_id IS NULL))
);
CREATE INDEX sessions_customer ON sessions (customer_id);
CREATE INDEX sessions_agent ON sessions (agent_id);

-- One-time links to set a password; without an agent, the link that makes the first administrator (A5).
CREATE TABLE password_links (
    token_hash BLOB PRIMARY KEY,
    agent_id   INTEGER REFERENCES agents (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
);
-- One of each is valid at a time, over all nodes.
CREATE UNIQUE INDEX password_links_agent ON password_links (COALESCE(agent_id, 0));

CREATE TABLE conversations (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    external_id       BLOB NOT NULL UNIQUE,
    customer_id       INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    status            TEXT NOT NULL CHECK (status IN ('open', 'ongoing', 'snoozed', 'resolved')),
    claim_token       INTEGER NOT NULL DEFAULT 0,
    holder_id         INTEGER REFERENCES agents (id),
    claimed_at        INTEGER,
    lease_expires_at  INTEGER,
    snoozed_until     INTEGER,
    resolved_at       INTEGER,
    resolved_by_id    INTEGER REFERENCES agents (id),
    former_holder_id  INTEGER REFERENCES agents (id),
    last_seq          INTEGER NOT NULL DEFAULT 0,
    first_seq         INTEGER NOT NULL DEFAULT 1,
    last_rev          INTEGER NOT NULL DEFAULT 0,
    last_note_seq     INTEGER NOT NULL DEFAULT 0,
    opened_seq        INTEGER NOT NULL DEFAULT 0,
    last_customer_seq INTEGER NOT NULL DEFAULT 0,
    last_agent_seq    INTEGER NOT NULL DEFAULT 0,
    customer_seen_seq INTEGER NOT NULL DEFAULT 0,
    agent_seen_seq    INTEGER NOT NULL DEFAULT 0,
    urgency_rank      INTEGER NOT NULL DEFAULT 1,
    urgency_score     INTEGER NOT NULL DEFAULT 0,
    urgency_reasons   TEXT NOT NULL DEFAULT '[]',
    tags              TEXT NOT NULL DEFAULT '[]',
    created_at        INTEGER NOT NULL,
    last_message_at   INTEGER NOT NULL,
    waiting_since     INTEGER,
    -- What the queue sorts by: those nobody waits in come after those somebody does.
    queued_at         INTEGER NOT NULL GENERATED ALWAYS AS (COALESCE(waiting_since, 9223372036854775807)) STORED,
    version           INTEGER NOT NULL DEFAULT 0,
    CHECK ((status = 'ongoing') = (holder_id IS NOT NULL AND claimed_at IS NOT NULL AND lease_expires_at IS NOT NULL)),
    CHECK ((status = 'snoozed') = (snoozed_until IS NOT NULL)),
    CHECK ((status = 'resolved') = (resolved_at IS NOT NULL))
);
CREATE INDEX conversations_queue ON conversations (status, urgency_rank, queued_at, id);
CREATE INDEX conversations_waiting ON conversations (status, queued_at, id);
CREATE INDEX conversations_newest ON conversations (last_message_at, id);
CREATE INDEX conversations_customer ON conversations (customer_id, last_message_at);
CREATE INDEX conversations_holder ON conversations (holder_id, id) WHERE holder_id IS NOT NULL;
CREATE INDEX conversations_lease ON conversations (lease_expires_at) WHERE lease_expires_at IS NOT NULL;
CREATE INDEX conversations_snooze ON conversations (snoozed_until) WHERE snoozed_until IS NOT NULL;

-- No unique key here beyond what a monthly partition can hold (D3): numbers come from the locked conversation row,
-- repeatability from message_keys.
CREATE TABLE messages (
    id              INTEGER PRIMARY KEY,
    external_id     BLOB NOT NULL,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    seq             INTEGER NOT NULL,
    side            TEXT NOT NULL CHECK (side IN ('customer', 'agent')),
    author_id       INTEGER NOT NULL,
    author_name     TEXT NOT NULL,
    client_id       BLOB NOT NULL,
    text            TEXT,
    rev             INTEGER NOT NULL DEFAULT 0,
    created_at      INTEGER NOT NULL,
    edited_at       INTEGER,
    deleted_at      INTEGER
);
CREATE INDEX messages_conversation ON messages (conversation_id, seq);
CREATE INDEX messages_external_id ON messages (external_id);
CREATE INDEX messages_changed ON messages (id) WHERE rev > 0;

-- What was sent under which client_id (D2): outlives edits and retention. author_id is a customer's or an agent's key.
CREATE TABLE message_keys (
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    side            TEXT NOT NULL,
    author_id       INTEGER NOT NULL,
    client_id       BLOB NOT NULL,
    text_hash       BLOB NOT NULL,
    seq             INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, side, author_id, client_id)
) WITHOUT ROWID;

CREATE TABLE conversation_keys (
    customer_id     INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    client_id       BLOB NOT NULL,
    text_hash       BLOB NOT NULL,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    PRIMARY KEY (customer_id, client_id)
) WITHOUT ROWID;

CREATE INDEX conversation_keys_conversation ON conversation_keys (conversation_id);

-- What an edited message said before (A10).
CREATE TABLE message_edits (
    id         INTEGER PRIMARY KEY,
    message_id INTEGER NOT NULL,
    text       TEXT NOT NULL,
    edited_at  INTEGER NOT NULL,
    edited_by  TEXT NOT NULL
);
CREATE INDEX message_edits_message ON message_edits (message_id);

CREATE TABLE notes (
    id              INTEGER PRIMARY KEY,
    external_id     BLOB NOT NULL UNIQUE,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    note_seq        INTEGER NOT NULL,
    after_seq       INTEGER NOT NULL,
    kind            TEXT NOT NULL CHECK (kind IN ('note', 'event')),
    side            TEXT,
    author_id       INTEGER,
    author_name     TEXT,
    client_id       BLOB,
    text            TEXT NOT NULL,
    data            TEXT,
    created_at      INTEGER NOT NULL,
    UNIQUE (conversation_id, note_seq),
    UNIQUE (conversation_id, author_id, client_id)
);

CREATE TABLE tags (
    id          INTEGER PRIMARY KEY,
    external_id BLOB NOT NULL UNIQUE,
    name        TEXT NOT NULL UNIQUE
);

CREATE TABLE conversation_tags (
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    tag_id          INTEGER NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
    PRIMARY KEY (conversation_id, tag_id)
) WITHOUT ROWID;
CREATE INDEX conversation_tags_tag ON conversation_tags (tag_id, conversation_id);

-- agent_id is the owner; without one the reply is shared.
CREATE TABLE canned_replies (
    id           INTEGER PRIMARY KEY,
    external_id  BLOB NOT NULL UNIQUE,
    agent_id     INTEGER REFERENCES agents (id) ON DELETE CASCADE,
    stage        TEXT NOT NULL CHECK (stage IN ('greeting', 'ongoing', 'resolved')),
    short_code   TEXT,
    text         TEXT NOT NULL,
    uses         REAL NOT NULL DEFAULT 0,
    last_used_at INTEGER,
    created_at   INTEGER NOT NULL
);
CREATE INDEX canned_replies_stage ON canned_replies (stage, id);

-- Append-only (A7). Customers appear by external_id alone.
CREATE TABLE audit_log (
    id          INTEGER PRIMARY KEY,
    external_id BLOB NOT NULL UNIQUE,
    created_at  INTEGER NOT NULL,
    agent_id    INTEGER,
    actor       TEXT NOT NULL,
    action      TEXT NOT NULL,
    object      TEXT NOT NULL,
    address     TEXT
);
CREATE INDEX audit_log_action ON audit_log (action, id);

-- The search index: normalised words only (S1), the texts stay in their own tables. Row ids are those tables' keys.
-- The ascii tokenizer keeps our words byte for byte, whatever script they are in.
CREATE VIRTUAL TABLE messages_fts USING fts5 (words, content = '', contentless_delete = 1, tokenize = 'ascii');
CREATE VIRTUAL TABLE notes_fts USING fts5 (words, content = '', contentless_delete = 1, tokenize = 'ascii');
CREATE VIRTUAL TABLE customers_fts USING fts5 (words, content = '', contentless_delete = 1, tokenize = 'ascii');
