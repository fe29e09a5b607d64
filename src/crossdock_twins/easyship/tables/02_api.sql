-- What the API keeps for a company beside its shipments: made when it is first asked for.
CREATE TABLE merchant (
    company_id TEXT    PRIMARY KEY REFERENCES company (id) ON DELETE CASCADE,
    address    TEXT    NOT NULL,
    card       TEXT    NOT NULL,
    balance    INTEGER NOT NULL
);

-- `answer` is the shipment as the API shows it; the columns beside it are what lists are filtered by.
-- `due_at` is when the label that was asked for will have been made; `paid` is its price, in cents of the company's money.
CREATE TABLE shipment (
    number                     INTEGER PRIMARY KEY AUTOINCREMENT,
    id                         TEXT    NOT NULL UNIQUE,
    company_id                 TEXT    NOT NULL REFERENCES company (id) ON DELETE CASCADE,
    environment                TEXT    NOT NULL CHECK (environment IN ('production', 'sandbox')),
    shipment_state             TEXT    NOT NULL,
    label_state                TEXT    NOT NULL,
    pickup_state               TEXT    NOT NULL,
    delivery_state             TEXT    NOT NULL,
    warehouse_state            TEXT    NOT NULL,
    origin_country_alpha2      TEXT    NOT NULL,
    destination_country_alpha2 TEXT    NOT NULL,
    platform_order_number      TEXT,
    is_return                  INTEGER NOT NULL,
    created_at                 TEXT    NOT NULL,
    updated_at                 TEXT    NOT NULL,
    label_paid_at              TEXT,
    label_generated_at         TEXT,
    due_at                     TEXT,
    paid                       INTEGER NOT NULL DEFAULT 0,
    answer                     TEXT    NOT NULL
);
CREATE INDEX shipment_newest ON shipment (company_id, environment, number DESC);
CREATE INDEX shipment_of_order ON shipment (company_id, environment, platform_order_number);
CREATE INDEX shipment_due ON shipment (due_at) WHERE due_at IS NOT NULL;
