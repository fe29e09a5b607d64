-- A parcel that is followed: labelled elsewhere, or (source easyship) one of the company's own shipments.
-- A deleted one keeps its row, so that no shipment's id is given twice. `service` is the courier as the API shows it,
-- `parties` where it goes from and to, `eta` when it should arrive.
CREATE TABLE tracking (
    number          INTEGER PRIMARY KEY,
    id              TEXT NOT NULL UNIQUE,
    company_id      TEXT NOT NULL REFERENCES company (id) ON DELETE CASCADE,
    environment     TEXT NOT NULL CHECK (environment IN ('production', 'sandbox')),
    tracking_number TEXT NOT NULL,
    source          TEXT NOT NULL CHECK (source IN ('easyship', 'external')),
    shipment_id     TEXT NOT NULL,
    order_number    TEXT,
    service         TEXT NOT NULL,
    parties         TEXT NOT NULL,
    origin          TEXT NOT NULL,
    destination     TEXT NOT NULL,
    state           TEXT NOT NULL,
    status          TEXT NOT NULL,
    responded_at    TEXT,
    eta             TEXT,
    created_at      TEXT NOT NULL,
    deleted_at      TEXT
);
CREATE INDEX tracking_newest ON tracking (company_id, environment, number DESC);
CREATE INDEX tracking_by_number ON tracking (company_id, environment, tracking_number);

ALTER TABLE shipment ADD COLUMN tracking_number TEXT
    GENERATED ALWAYS AS (json_extract(answer, '$.trackings[0].tracking_number')) VIRTUAL;
CREATE INDEX shipment_by_tracking_number ON shipment (company_id, environment, tracking_number);
