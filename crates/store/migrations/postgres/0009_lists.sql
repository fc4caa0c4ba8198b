-- Every list is merged from ranges of one status and one level of urgency, each read in its order from an index: by waiting
-- time from conversations_queue, by the newest message from this one.
CREATE INDEX conversations_recent ON conversations (status, urgency_rank, last_message_at, id);
DROP INDEX conversations_waiting;
