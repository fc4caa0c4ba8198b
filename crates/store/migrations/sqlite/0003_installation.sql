-- Which installation this database belongs to: nodes on the same bus listen to those of their own alone (D6).
CREATE TABLE installation (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16)
);
INSERT INTO installation (id) VALUES (randomblob(16));
