-- Lists that agents come back to, as the parameters of the inbox. Without an agent a view is shared.
CREATE TABLE saved_views (
    id          INTEGER PRIMARY KEY,
    external_id BLOB NOT NULL UNIQUE,
    agent_id    INTEGER REFERENCES agents (id) ON DELETE CASCADE,
    name        TEXT NOT NULL,
    parameters  TEXT NOT NULL,
    created_at  INTEGER NOT NULL
);
CREATE INDEX saved_views_agent ON saved_views (agent_id);

-- What agents know of a customer beyond any one conversation. The version makes sure that nobody overwrites unread words.
CREATE TABLE customer_notes (
    customer_id INTEGER PRIMARY KEY REFERENCES customers (id) ON DELETE CASCADE,
    text        TEXT NOT NULL,
    version     INTEGER NOT NULL,
    edited_by   TEXT NOT NULL,
    edited_at   INTEGER NOT NULL
);

-- Agents a note names whom it still has to reach: they open the conversation, and the row goes.
CREATE TABLE mentions (
    agent_id        INTEGER NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    note_seq        INTEGER NOT NULL,
    PRIMARY KEY (agent_id, conversation_id)
) WITHOUT ROWID;
CREATE INDEX mentions_conversation ON mentions (conversation_id);

-- Others who typed the same address are found by it.
CREATE INDEX users_email ON users (lower(email)) WHERE email IS NOT NULL;
