-- Words of the search index that a misspelt one is corrected to (S3). The words that are there already come from the
-- index itself.
CREATE TABLE vocabulary (
    id   INTEGER PRIMARY KEY AUTOINCREMENT,
    word TEXT NOT NULL UNIQUE
);

CREATE VIRTUAL TABLE messages_terms USING fts5vocab (messages_fts, row);
CREATE VIRTUAL TABLE notes_terms USING fts5vocab (notes_fts, row);
CREATE VIRTUAL TABLE customers_terms USING fts5vocab (customers_fts, row);

INSERT INTO vocabulary (word)
SELECT term
FROM (SELECT term FROM messages_terms UNION SELECT term FROM notes_terms UNION SELECT term FROM customers_terms)
WHERE length(term) BETWEEN 4 AND 32 AND term NOT GLOB '*[0-9·]*';

DROP TABLE messages_terms;
DROP TABLE notes_terms;
DROP TABLE customers_terms;

-- Where a message that was found belongs: a tenth of the pages that the messages themselves would take to read.
CREATE INDEX messages_place ON messages (id, conversation_id, created_at);
