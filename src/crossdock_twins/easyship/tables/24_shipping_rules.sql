-- `answer` is the rule as the API shows it, its conditions and actions included; the first priority goes first.
CREATE TABLE shipping_rule (
    number      INTEGER PRIMARY KEY,
    id          TEXT    NOT NULL UNIQUE,
    company_id  TEXT    NOT NULL REFERENCES company (id) ON DELETE CASCADE,
    environment TEXT    NOT NULL CHECK (environment IN ('production', 'sandbox')),
    priority    INTEGER NOT NULL,
    active      INTEGER NOT NULL,
    answer      TEXT    NOT NULL
);
CREATE INDEX shipping_rule_in_order ON shipping_rule (company_id, environment, active, priority, number);
