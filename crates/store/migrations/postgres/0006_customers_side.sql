-- When an agent last took it out of the queue, and since when its customer had waited then: waits are estimated from that.
ALTER TABLE conversations ADD COLUMN left_queue_at TIMESTAMPTZ;
ALTER TABLE conversations ADD COLUMN left_queue_waiting_since TIMESTAMPTZ;
CREATE INDEX conversations_left_queue ON conversations (left_queue_at) WHERE left_queue_at IS NOT NULL;

-- What the customer says of the help.
ALTER TABLE conversations ADD COLUMN rating SMALLINT CHECK (rating BETWEEN 1 AND 5);
ALTER TABLE conversations ADD COLUMN rating_comment TEXT;
ALTER TABLE conversations ADD COLUMN rated_at TIMESTAMPTZ;

-- The entrance's form that made this customer, hashed with the form's own key: sent twice, it makes one customer.
ALTER TABLE customers ADD COLUMN entrance_hash BYTEA;
CREATE UNIQUE INDEX customers_entrance ON customers (entrance_hash) WHERE entrance_hash IS NOT NULL;

-- One-time links by which a customer goes on in another browser ('browser'), or comes back from an e-mail ('mail').
CREATE TABLE customer_links (
    token_hash      BYTEA PRIMARY KEY,
    customer_id     BIGINT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    kind            TEXT NOT NULL CHECK (kind IN ('browser', 'mail')),
    conversation_id BIGINT REFERENCES conversations (id) ON DELETE CASCADE,
    expires_at      TIMESTAMPTZ NOT NULL,
    used_at         TIMESTAMPTZ
);
-- One of each is valid at a time, over all nodes.
CREATE UNIQUE INDEX customer_links_customer ON customer_links (customer_id, kind);
CREATE INDEX customer_links_conversation ON customer_links (conversation_id) WHERE conversation_id IS NOT NULL;

-- Customers who left before the answer came, and the one e-mail each gets until they are back. next_at: when it is to
-- be tried, when sending it began, or when they were back.
CREATE TABLE absences (
    customer_id     BIGINT PRIMARY KEY REFERENCES customers (id) ON DELETE CASCADE,
    conversation_id BIGINT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    state           TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed', 'back')),
    attempts        INTEGER NOT NULL DEFAULT 0,
    began_at        TIMESTAMPTZ NOT NULL,
    next_at         TIMESTAMPTZ NOT NULL
);
CREATE INDEX absences_due ON absences (next_at) WHERE state IN ('waiting', 'sending');
CREATE INDEX absences_conversation ON absences (conversation_id);
CREATE INDEX conversations_unseen ON conversations (last_message_at) WHERE last_agent_seq > customer_seen_seq;
