-- The plan that a company is on. `allowance` replaces the plan's number of metered calls a month; -1 is without limit.
CREATE TABLE subscription (
    company_id TEXT PRIMARY KEY REFERENCES company (id) ON DELETE CASCADE,
    plan       TEXT NOT NULL CHECK (plan IN ('free', 'plus', 'premier', 'scale', 'enterprise')),
    allowance  INTEGER
);

-- Successful metered calls, by calendar month (UTC, YYYY-MM).
CREATE TABLE metered_usage (
    company_id  TEXT    NOT NULL REFERENCES company (id) ON DELETE CASCADE,
    environment TEXT    NOT NULL CHECK (environment IN ('production', 'sandbox')),
    month       TEXT    NOT NULL,
    operation   TEXT    NOT NULL,
    calls       INTEGER NOT NULL,
    PRIMARY KEY (company_id, environment, month, operation)
);
