-- Until now an entrance's hash was made of a message's client_id and words, which agents read: none of them opens anything
-- any more. New ones are made of the form's own secret.
UPDATE customers SET entrance_hash = NULL WHERE entrance_hash IS NOT NULL;
