-- A search for a common word reads its newest matches alone. So the index knows of each message to which 32,768 keys its
-- own belongs. Built beside the one in use: a few seconds for each million of messages, which can be read meanwhile.
SET LOCAL statement_timeout = 0;

CREATE INDEX messages_search_newest ON messages USING GIN (search, (ARRAY[id / 32768])) WITH (gin_pending_list_limit = 256);

-- And of which times the messages of each 128 pages are, so that a search of a time far back passes over all newer ones.
CREATE INDEX messages_times ON messages USING BRIN (created_at) WITH (pages_per_range = 128, autosummarize = on);
