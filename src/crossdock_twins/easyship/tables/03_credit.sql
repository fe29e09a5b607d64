-- What a company has to pay with, in cents of its money. `balance` is what is settled, `available` what it can spend.
CREATE TABLE wallet (
    company_id         TEXT    NOT NULL REFERENCES company (id) ON DELETE CASCADE,
    environment        TEXT    NOT NULL CHECK (environment IN ('production', 'sandbox')),
    balance            INTEGER NOT NULL,
    available          INTEGER NOT NULL,
    recharge_enabled   INTEGER NOT NULL DEFAULT 0,
    recharge_threshold INTEGER NOT NULL DEFAULT 0,
    recharge_amount    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (company_id, environment)
);

-- `amount` is what it changes the balance by: a charge is negative.
CREATE TABLE transaction_record (
    number            INTEGER PRIMARY KEY AUTOINCREMENT,
    id                TEXT    NOT NULL UNIQUE,
    company_id        TEXT    NOT NULL REFERENCES company (id) ON DELETE CASCADE,
    environment       TEXT    NOT NULL CHECK (environment IN ('production', 'sandbox')),
    kind              TEXT    NOT NULL CHECK (kind IN ('shipment', 'pickup', 'claim', 'policy', 'payment')),
    adjustment_type   TEXT,
    amount            INTEGER NOT NULL,
    description       TEXT,
    payment_recipient TEXT    NOT NULL DEFAULT 'Easyship',
    shipment_id       TEXT,
    created_at        TEXT    NOT NULL,
    settled_at        TEXT
);
CREATE INDEX transaction_record_newest ON transaction_record (company_id, environment, number DESC);
CREATE INDEX transaction_record_of_shipment ON transaction_record (shipment_id) WHERE shipment_id IS NOT NULL;
