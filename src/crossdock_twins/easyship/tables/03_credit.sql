-- What a company has to pay with, in cents of its money. `balance` is what is settled, `available` what it can spend.
CREATE TABLE wallet (
    company_id         TEXT    NOT NULL REFERENCES company (id) ON DELETE CASCADE,
    environment        TEXT    NOT NULL CHECK (environment IN ('production', 'sandbox')),
    balance            INTEGER NOT NULL,
    available          INTEGER NOT NULL,
    overdraft          INTEGER NOT NULL DEFAULT 0,
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

-- Cards and bank accounts. `third_party_id` is the card processor's name for it, which tells how a payment will go.
CREATE TABLE payment_source (
    number         INTEGER PRIMARY KEY AUTOINCREMENT,
    id             TEXT NOT NULL UNIQUE,
    company_id     TEXT NOT NULL REFERENCES company (id) ON DELETE CASCADE,
    environment    TEXT NOT NULL CHECK (environment IN ('production', 'sandbox')),
    kind           TEXT NOT NULL CHECK (kind IN ('card', 'bank_account')),
    is_active      INTEGER NOT NULL DEFAULT 1,
    is_default     INTEGER NOT NULL DEFAULT 0,
    third_party_id TEXT NOT NULL,
    answer         TEXT NOT NULL
);
CREATE INDEX payment_source_of_company ON payment_source (company_id, environment, is_active, number);

-- What the card processor still waits for: a card to be checked, a bank account to be named or proven.
CREATE TABLE payment_intent (
    id          TEXT PRIMARY KEY,
    company_id  TEXT NOT NULL REFERENCES company (id) ON DELETE CASCADE,
    environment TEXT NOT NULL CHECK (environment IN ('production', 'sandbox')),
    purpose     TEXT NOT NULL CHECK (purpose IN ('top_up', 'card', 'bank_account')),
    state       TEXT NOT NULL CHECK (state IN ('waiting', 'passed', 'proving', 'done')),
    secret      TEXT NOT NULL,
    detail      TEXT NOT NULL
);

-- What was paid in, and how much of it was paid back out.
CREATE TABLE payment (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    company_id  TEXT    NOT NULL REFERENCES company (id) ON DELETE CASCADE,
    environment TEXT    NOT NULL CHECK (environment IN ('production', 'sandbox')),
    source_id   TEXT    NOT NULL,
    amount      INTEGER NOT NULL,
    refunded    INTEGER NOT NULL DEFAULT 0,
    created_at  TEXT    NOT NULL
);
CREATE INDEX payment_of_company ON payment (company_id, environment, number);
