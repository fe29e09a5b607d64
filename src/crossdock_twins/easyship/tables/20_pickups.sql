-- `answer` is the pickup as the API shows it; `fee` in cents of the company's money; times are local to the address.
CREATE TABLE pickup (
    number        INTEGER PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE,
    company_id    TEXT    NOT NULL REFERENCES company (id) ON DELETE CASCADE,
    environment   TEXT    NOT NULL CHECK (environment IN ('production', 'sandbox')),
    state         TEXT    NOT NULL,
    umbrella_name TEXT    NOT NULL,
    pickup_date   TEXT    NOT NULL,
    fee           INTEGER NOT NULL,
    answer        TEXT    NOT NULL
);
CREATE INDEX pickup_newest ON pickup (company_id, environment, number DESC);

CREATE TABLE pickup_shipment (
    shipment_id TEXT    NOT NULL,
    pickup_id   TEXT    NOT NULL REFERENCES pickup (id) ON DELETE CASCADE,
    PRIMARY KEY (shipment_id, pickup_id)
) WITHOUT ROWID;
CREATE INDEX pickup_shipment_of_pickup ON pickup_shipment (pickup_id);
