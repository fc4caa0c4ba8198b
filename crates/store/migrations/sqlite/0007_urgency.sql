-- Urgency (U1): what the strongest unanswered message says, so that time can go by without reading messages again.
-- Conversations from before have no version of the rules: a node scores them little by little.
ALTER TABLE conversations ADD COLUMN urgency_words INTEGER;
ALTER TABLE conversations ADD COLUMN urgency_word_reasons TEXT NOT NULL DEFAULT '[]';
ALTER TABLE conversations ADD COLUMN urgency_rules INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN urgency_earlier INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN urgency_due_at INTEGER;
CREATE INDEX conversations_urgency_due ON conversations (urgency_due_at) WHERE urgency_due_at IS NOT NULL;
CREATE INDEX conversations_urgency_rules ON conversations (urgency_rules) WHERE waiting_since IS NOT NULL;

-- What administrators made of the words and weights; the newest counts, one without rules stands for the built-in ones.
CREATE TABLE urgency_rules (
    version    INTEGER NOT NULL PRIMARY KEY CHECK (version > 1),
    rules      TEXT,
    changed_at INTEGER NOT NULL,
    changed_by TEXT NOT NULL
);
