-- What an agent wants to be told of while they look elsewhere; without a row, nothing.
CREATE TABLE notification_settings (
    agent_id BIGINT PRIMARY KEY REFERENCES agents (id) ON DELETE CASCADE,
    desktop  BOOLEAN NOT NULL,
    sound    BOOLEAN NOT NULL,
    queue    BOOLEAN NOT NULL
);
