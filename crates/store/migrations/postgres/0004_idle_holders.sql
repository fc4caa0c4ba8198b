-- A holder who does nothing while the customer waits is warned, then loses the claim (C3).
ALTER TABLE conversations ADD COLUMN holder_active_at TIMESTAMPTZ;
ALTER TABLE conversations ADD COLUMN returns_at TIMESTAMPTZ;
UPDATE conversations SET holder_active_at = claimed_at;
CREATE INDEX conversations_idle ON conversations (waiting_since, holder_active_at)
    WHERE holder_active_at IS NOT NULL AND returns_at IS NULL;
CREATE INDEX conversations_returns ON conversations (returns_at) WHERE returns_at IS NOT NULL;
