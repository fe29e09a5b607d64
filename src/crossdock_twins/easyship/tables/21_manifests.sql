-- `shipments` is the JSON list of what the courier was handed over; the paper is drawn when it is asked for.
CREATE TABLE manifest (
    number        INTEGER PRIMARY KEY,
    id            TEXT NOT NULL UNIQUE,
    company_id    TEXT NOT NULL REFERENCES company (id) ON DELETE CASCADE,
    environment   TEXT NOT NULL CHECK (environment IN ('production', 'sandbox')),
    courier_id    TEXT NOT NULL,
    umbrella_name TEXT NOT NULL,
    ref_number    TEXT NOT NULL,
    shipments     TEXT NOT NULL,
    created_at    TEXT NOT NULL
);
CREATE INDEX manifest_newest ON manifest (company_id, environment, number DESC);

CREATE TABLE manifest_shipment (
    shipment_id TEXT PRIMARY KEY,
    manifest_id TEXT NOT NULL REFERENCES manifest (id) ON DELETE CASCADE
) WITHOUT ROWID;

ALTER TABLE shipment ADD COLUMN courier_id TEXT
    GENERATED ALWAYS AS (json_extract(answer, '$.courier_service.courier_id')) VIRTUAL;
CREATE INDEX shipment_to_hand_over ON shipment (company_id, environment, courier_id, number)
    WHERE shipment_state = 'created' AND label_state IN ('generated', 'printed', 'reported')
    AND delivery_state IN ('not_created', 'pending', 'info_received');
