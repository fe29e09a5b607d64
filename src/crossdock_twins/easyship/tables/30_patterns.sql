-- Shipments of a large shop are alike: each names a pattern, in which only ids, names and times are its own. What is
-- changed is kept in full from then on.
CREATE TABLE shipment_pattern (
    number      INTEGER PRIMARY KEY,
    answer      TEXT NOT NULL,
    body        TEXT NOT NULL,
    checkpoints TEXT NOT NULL
);
