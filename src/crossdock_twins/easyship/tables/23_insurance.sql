-- `fee` and `value` are in `currency`, in cents; `charged` is what was taken off the balance, in cents of the company's
-- money. `opens` and `closes` are the window for claims of a policy that came of a quote.
CREATE TABLE insurance_policy (
    number          INTEGER PRIMARY KEY,
    id              TEXT    NOT NULL UNIQUE,
    company_id      TEXT    NOT NULL REFERENCES company (id) ON DELETE CASCADE,
    environment     TEXT    NOT NULL CHECK (environment IN ('production', 'sandbox')),
    source          TEXT    NOT NULL CHECK (source IN ('cloud', 'efulfilment', 'external')),
    recipient       TEXT    NOT NULL CHECK (recipient IN ('buyer', 'merchant')),
    state           TEXT    NOT NULL,
    claim_state     TEXT    NOT NULL DEFAULT 'not_filed',
    shipment_id     TEXT    NOT NULL,
    tracking_id     TEXT,
    tracking_number TEXT,
    currency        TEXT    NOT NULL,
    value           INTEGER NOT NULL,
    fee             INTEGER NOT NULL,
    charged         INTEGER NOT NULL,
    valid_from      TEXT,
    opens           TEXT,
    closes          TEXT,
    created_at      TEXT    NOT NULL
);
CREATE INDEX insurance_policy_newest ON insurance_policy (company_id, environment, number DESC);
CREATE INDEX insurance_policy_of_shipment ON insurance_policy (shipment_id);

CREATE TABLE insurance_quote (
    id          TEXT    PRIMARY KEY,
    company_id  TEXT    NOT NULL REFERENCES company (id) ON DELETE CASCADE,
    environment TEXT    NOT NULL CHECK (environment IN ('production', 'sandbox')),
    currency    TEXT    NOT NULL,
    value       INTEGER NOT NULL,
    fee         INTEGER NOT NULL,
    destination TEXT    NOT NULL,
    valid_until TEXT    NOT NULL,
    used_at     TEXT
);
