-- Which installation this database belongs to: nodes on the same bus listen to those of their own alone (D6).
CREATE TABLE installation (
    id UUID NOT NULL PRIMARY KEY
);
INSERT INTO installation (id) VALUES (gen_random_uuid());
