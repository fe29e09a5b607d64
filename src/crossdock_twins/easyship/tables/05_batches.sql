CREATE TABLE batch (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL UNIQUE,
    company_id  TEXT NOT NULL REFERENCES company (id) ON DELETE CASCADE,
    environment TEXT NOT NULL CHECK (environment IN ('production', 'sandbox')),
    type        TEXT NOT NULL CHECK (type IN ('shipment_batch', 'address_batch', 'label_batch')),
    state       TEXT NOT NULL CHECK (state IN ('created', 'processing', 'processed', 'failed')),
    created_at  TEXT NOT NULL,
    updated_at  TEXT NOT NULL,
    started_at  TEXT,
    finished_at TEXT
);
CREATE INDEX batch_newest ON batch (company_id, environment, number DESC);

-- `body` is what was sent for the item, with the batch's defaults; `processing_errors` a JSON list of sentences.
CREATE TABLE batch_item (
    number            INTEGER PRIMARY KEY AUTOINCREMENT,
    id                TEXT NOT NULL UNIQUE,
    batch_id          TEXT NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
    state             TEXT NOT NULL CHECK (state IN ('created', 'processing', 'processed', 'failed')),
    body              TEXT NOT NULL,
    reference_id      TEXT,
    record_type       TEXT,
    record_id         TEXT,
    processing_errors TEXT NOT NULL DEFAULT '[]',
    created_at        TEXT NOT NULL,
    updated_at        TEXT NOT NULL,
    started_at        TEXT,
    finished_at       TEXT
);
CREATE INDEX batch_item_of_batch ON batch_item (batch_id, state, number);
