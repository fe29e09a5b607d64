-- What a company saves for its shipments. `answer` is the record as the API shows it, beside it what it is found by.
DROP TABLE merchant;

CREATE TABLE address (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL UNIQUE,
    company_id  TEXT NOT NULL REFERENCES company (id) ON DELETE CASCADE,
    environment TEXT NOT NULL CHECK (environment IN ('production', 'sandbox')),
    status      TEXT NOT NULL CHECK (status IN ('active', 'inactive')),
    is_default  INTEGER NOT NULL,
    answer      TEXT NOT NULL
);
CREATE INDEX address_of_company ON address (company_id, environment, status, number DESC);

CREATE TABLE box (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL UNIQUE,
    company_id  TEXT NOT NULL REFERENCES company (id) ON DELETE CASCADE,
    environment TEXT NOT NULL CHECK (environment IN ('production', 'sandbox')),
    slug        TEXT NOT NULL,
    is_active   INTEGER NOT NULL DEFAULT 1,
    auto_selected INTEGER NOT NULL DEFAULT 1,
    answer      TEXT NOT NULL
);
CREATE INDEX box_of_company ON box (company_id, environment, slug);

CREATE TABLE product (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL UNIQUE,
    company_id  TEXT NOT NULL REFERENCES company (id) ON DELETE CASCADE,
    environment TEXT NOT NULL CHECK (environment IN ('production', 'sandbox')),
    sku         TEXT NOT NULL,
    category_id INTEGER,
    answer      TEXT NOT NULL
);
CREATE INDEX product_newest ON product (company_id, environment, number DESC);
CREATE UNIQUE INDEX product_by_sku ON product (company_id, environment, sku);

CREATE TABLE tag (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL UNIQUE,
    company_id  TEXT NOT NULL REFERENCES company (id) ON DELETE CASCADE,
    environment TEXT NOT NULL CHECK (environment IN ('production', 'sandbox')),
    name        TEXT NOT NULL COLLATE NOCASE,
    answer      TEXT NOT NULL
);
CREATE UNIQUE INDEX tag_by_name ON tag (company_id, environment, name);

-- Boxes of couriers that a company has switched off.
CREATE TABLE courier_box_switch (
    box_id      TEXT NOT NULL,
    company_id  TEXT NOT NULL REFERENCES company (id) ON DELETE CASCADE,
    environment TEXT NOT NULL CHECK (environment IN ('production', 'sandbox')),
    PRIMARY KEY (box_id, company_id, environment)
);

-- What people choose on the dashboard.
ALTER TABLE company ADD COLUMN units TEXT NOT NULL DEFAULT 'metric' CHECK (units IN ('metric', 'imperial'));
