-- Words of the search index that a misspelt one is corrected to (S3). The words that are there already come from the
-- index itself, which takes a while where there are millions of messages.
CREATE TABLE vocabulary (
    id   BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    word TEXT COLLATE "C" NOT NULL UNIQUE
);

SET LOCAL statement_timeout = 0;

INSERT INTO vocabulary (word)
SELECT word
FROM ts_stat('SELECT search FROM messages UNION ALL SELECT search FROM notes UNION ALL SELECT search FROM customers')
WHERE length(word) BETWEEN 4 AND 32 AND word !~ '[0-9·]';

-- Every search looks through what is not merged into an index yet: 4 MB of it, the default, took 170 ms.
ALTER INDEX messages_search SET (gin_pending_list_limit = 256);
ALTER INDEX notes_search SET (gin_pending_list_limit = 256);
ALTER INDEX customers_search SET (gin_pending_list_limit = 256);
