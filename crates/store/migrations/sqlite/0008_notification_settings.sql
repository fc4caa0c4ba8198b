-- What an agent wants to be told of while they look elsewhere; without a row, nothing.
CREATE TABLE notification_settings (
    agent_id INTEGER PRIMARY KEY REFERENCES agents (id) ON DELETE CASCADE,
    desktop  INTEGER NOT NULL,
    sound    INTEGER NOT NULL,
    queue    INTEGER NOT NULL
);
