-- By itself, so that nobody waits for it longer than for a moment.
DROP INDEX messages_search;
ALTER INDEX messages_search_newest RENAME TO messages_search;
