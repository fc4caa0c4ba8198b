-- When an agent last took it out of the queue, and since when its customer had waited then: waits are estimated from that.
ALTER TABLE conversations ADD COLUMN left_queue_at INTEGER;
ALTER TABLE conversations ADD COLUMN left_queue_waiting_since INTEGER;
CREATE INDEX conversations_left_queue ON conversations (left_queue_at) WHERE left_queue_at IS NOT NULL;

-- What the customer says of the help.
ALTER TABLE conversations ADD COLUMN rating INTEGER CHECK (rating BETWEEN 1 AND 5);
ALTER TABLE conversations ADD COLUMN rating_comment TEXT;
ALTER TABLE conversations ADD COLUMN rated_at INTEGER;

-- The entrance's form that made this customer, hashed with the form's own key: sent twice, it makes one customer.
ALTER TABLE customers ADD COLUMN entrance_hash BLOB;
CREATE UNIQUE INDEX customers_entrance ON customers (entrance_hash) WHERE entrance_hash IS NOT NULL;

-- One-time links by which a customer goes on in another browser ('browser'), or comes back from an e-mail ('mail').
CREATE TABLE customer_links (
    token_hash      BLOB PRIMARY KEY,
    customer_id     INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    kind            TEXT NOT NULL CHECK (kind IN ('browser', 'mail')),
    conversation_id INTEGER REFERENCES conversations (id) ON DELETE CASCADE,
    expires_at      INTEGER NOT NULL,
    used_at         INTEGER
);
-- One of each is valid at a time, over all nodes.
CREATE UNIQUE INDEX customer_links_customer ON customer_links (customer_id, kind);
CREATE INDEX customer_links_conversation ON customer_links (conversation_id) WHERE conversation_id IS NOT NULL;

-- Customers who left before the answer came, and the one e-mail each gets until they are back. next_at: when it is to
-- be tried, when sending it began, or when they were back.
CREATE TABLE absences (
    customer_id     INTEGER PRIMARY KEY REFERENCES customers (id) ON DELETE CASCADE,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    state           TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed', 'back')),
    attempts        INTEGER NOT NULL DEFAULT 0,
    began_at        INTEGER NOT NULL,
    next_at         INTEGER NOT NULL
);
CREATE INDEX absences_due ON absences (next_at) WHERE state IN ('waiting', 'sending');
CREATE INDEX absences_conversation ON absences (conversation_id);
CREATE INDEX conversations_unseen ON conversations (last_message_at) WHERE last_agent_seq > customer_seen_seq;
