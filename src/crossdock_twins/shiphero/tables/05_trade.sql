-- People, customers, boxes, bills, exports and wholesale. `settings` and `body` hold, as JSON, what is not searched.
ALTER TABLE accounts ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
ALTER TABLE users ADD COLUMN is_active INTEGER NOT NULL DEFAULT 1;
ALTER TABLE users ADD COLUMN default_warehouse_id INTEGER;
ALTER TABLE users ADD COLUMN pin TEXT;
ALTER TABLE users ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
CREATE INDEX users_by_pin ON users (account_id, pin);

-- The shops that send their orders; an order names its shop by `shop_name`.
CREATE TABLE stores (
    id         INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    shop_name  TEXT    NOT NULL,
    UNIQUE (account_id, shop_name)
);

-- What a 3PL charges: `fees` gives the rate of each kind of work.
CREATE TABLE billing_profiles (
    id         INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    name       TEXT    NOT NULL,
    frequency  TEXT    NOT NULL,
    fees       TEXT    NOT NULL
);
CREATE INDEX billing_profiles_by_account ON billing_profiles (account_id);

-- Which of a 3PL's warehouses serve a customer, and under which profile; a customer without a row is served by all.
CREATE TABLE relationships (
    customer_id        INTEGER NOT NULL REFERENCES accounts (id),
    warehouse_id       INTEGER NOT NULL REFERENCES warehouses (id),
    from_name          TEXT    NOT NULL,
    pause_shipping     INTEGER NOT NULL DEFAULT 0,
    billing_profile_id INTEGER REFERENCES billing_profiles (id),
    PRIMARY KEY (customer_id, warehouse_id)
) WITHOUT ROWID;
CREATE INDEX relationships_by_warehouse ON relationships (warehouse_id);

-- What an account has set about a carrier's own boxes; the boxes themselves are the same for everybody.
CREATE TABLE carrier_box_settings (
    warehouse_id INTEGER NOT NULL REFERENCES warehouses (id),
    box_code     TEXT    NOT NULL,
    on_hand      INTEGER NOT NULL,
    active       INTEGER NOT NULL DEFAULT 1,
    price        TEXT    NOT NULL,
    PRIMARY KEY (warehouse_id, box_code)
) WITHOUT ROWID;

CREATE TABLE custom_boxes (
    id             INTEGER PRIMARY KEY,
    account_id     INTEGER NOT NULL REFERENCES accounts (id),
    warehouse_id   INTEGER NOT NULL REFERENCES warehouses (id),
    name           TEXT    NOT NULL,
    barcode        TEXT    NOT NULL,
    packaging_type TEXT    NOT NULL,
    dimensions     TEXT    NOT NULL,
    active         INTEGER NOT NULL,
    on_hand        INTEGER NOT NULL CHECK (on_hand >= 0),
    price          TEXT    NOT NULL
);
CREATE INDEX custom_boxes_by_account ON custom_boxes (account_id);
CREATE INDEX custom_boxes_by_warehouse ON custom_boxes (warehouse_id);

CREATE TABLE labor_units (
    id           INTEGER PRIMARY KEY,
    account_id   INTEGER NOT NULL REFERENCES accounts (id),
    warehouse_id INTEGER NOT NULL REFERENCES warehouses (id),
    name         TEXT    NOT NULL
);
CREATE INDEX labor_units_by_account ON labor_units (account_id);

CREATE TABLE bills (
    id                 INTEGER PRIMARY KEY,
    account_id         INTEGER NOT NULL REFERENCES accounts (id),
    customer_id        INTEGER NOT NULL REFERENCES accounts (id),
    warehouse_id       INTEGER REFERENCES warehouses (id),
    billing_profile_id INTEGER NOT NULL REFERENCES billing_profiles (id),
    status             TEXT    NOT NULL,
    period_start       TEXT    NOT NULL,
    period_end         TEXT    NOT NULL,
    amount             TEXT    NOT NULL,
    due_date           TEXT,
    created_at         TEXT    NOT NULL,
    updated_at         TEXT    NOT NULL
);
CREATE INDEX bills_by_account ON bills (account_id, created_at);
CREATE INDEX bills_by_customer ON bills (customer_id, created_at);

CREATE TABLE bill_totals (
    id       INTEGER PRIMARY KEY,
    bill_id  INTEGER NOT NULL REFERENCES bills (id) ON DELETE CASCADE,
    category TEXT    NOT NULL,
    label    TEXT,
    quantity INTEGER NOT NULL,
    amount   TEXT    NOT NULL
);
CREATE INDEX bill_totals_by_bill ON bill_totals (bill_id);

CREATE TABLE bill_exports (
    id        INTEGER PRIMARY KEY,
    bill_id   INTEGER NOT NULL REFERENCES bills (id) ON DELETE CASCADE,
    status    TEXT    NOT NULL,
    file_name TEXT    NOT NULL REFERENCES papers (name)
);
CREATE INDEX bill_exports_by_bill ON bill_exports (bill_id);

CREATE TABLE ad_hoc_charges (
    id            INTEGER PRIMARY KEY,
    account_id    INTEGER NOT NULL REFERENCES accounts (id),
    customer_id   INTEGER NOT NULL REFERENCES accounts (id),
    warehouse_id  INTEGER REFERENCES warehouses (id),
    bill_id       INTEGER REFERENCES bills (id) ON DELETE SET NULL,
    labor_unit_id INTEGER NOT NULL REFERENCES labor_units (id),
    name          TEXT    NOT NULL,
    description   TEXT    NOT NULL,
    occurred_at   TEXT    NOT NULL,
    unit_amount   TEXT    NOT NULL,
    rate          TEXT    NOT NULL
);
CREATE INDEX ad_hoc_charges_by_customer ON ad_hoc_charges (customer_id, occurred_at);
CREATE INDEX ad_hoc_charges_by_bill ON ad_hoc_charges (bill_id);

-- A month's invoice of the fulfilment network; its items are the labels, returns and stock of that month.
CREATE TABLE fulfillment_invoices (
    id           INTEGER PRIMARY KEY,
    account_id   INTEGER NOT NULL REFERENCES accounts (id),
    period_start TEXT    NOT NULL,
    period_end   TEXT    NOT NULL,
    amount       TEXT    NOT NULL,
    status       TEXT    NOT NULL,
    created_at   TEXT    NOT NULL,
    UNIQUE (account_id, period_start)
);
CREATE INDEX fulfillment_invoices_by_date ON fulfillment_invoices (account_id, created_at);

-- What makes an order a wholesale order; the goods, the address and the stock stay with the order.
CREATE TABLE wholesale_orders (
    id                  INTEGER PRIMARY KEY,
    order_id            INTEGER NOT NULL UNIQUE REFERENCES orders (id) ON DELETE CASCADE,
    account_id          INTEGER NOT NULL REFERENCES accounts (id),
    status              TEXT    NOT NULL,
    status_message      TEXT,
    staging_location_id INTEGER REFERENCES locations (id),
    picking_flow        TEXT    NOT NULL,
    shipping_option     TEXT    NOT NULL,
    outbound_progress   TEXT    NOT NULL,
    packed_externally   INTEGER NOT NULL DEFAULT 0,
    packing_layout      TEXT,
    body                TEXT    NOT NULL,
    created_at          TEXT    NOT NULL,
    updated_at          TEXT    NOT NULL
);
CREATE INDEX wholesale_orders_by_account ON wholesale_orders (account_id);
CREATE INDEX wholesale_orders_by_staging ON wholesale_orders (staging_location_id);

CREATE TABLE wholesale_line_items (
    id              INTEGER PRIMARY KEY,
    wholesale_id    INTEGER NOT NULL REFERENCES wholesale_orders (id) ON DELETE CASCADE,
    line_item_id    INTEGER NOT NULL UNIQUE REFERENCES line_items (id) ON DELETE CASCADE,
    unit_of_measure TEXT
);
CREATE INDEX wholesale_line_items_by_order ON wholesale_line_items (wholesale_id);

-- Where a wholesale order's pieces are to be picked, and, once `staged_at` is set, from where they were brought.
CREATE TABLE wholesale_picks (
    id           INTEGER PRIMARY KEY,
    wholesale_id INTEGER NOT NULL REFERENCES wholesale_orders (id) ON DELETE CASCADE,
    line_item_id INTEGER NOT NULL REFERENCES line_items (id) ON DELETE CASCADE,
    stock_id     INTEGER NOT NULL REFERENCES warehouse_products (id),
    location_id  INTEGER NOT NULL REFERENCES locations (id),
    lot_id       INTEGER REFERENCES lots (id),
    quantity     INTEGER NOT NULL CHECK (quantity > 0),
    status       TEXT    NOT NULL,
    staged_at    TEXT
);
CREATE INDEX wholesale_picks_by_order ON wholesale_picks (wholesale_id);
CREATE INDEX wholesale_picks_by_line ON wholesale_picks (line_item_id);

CREATE TABLE wholesale_shipping_details (
    id           INTEGER PRIMARY KEY,
    wholesale_id INTEGER NOT NULL REFERENCES wholesale_orders (id) ON DELETE CASCADE,
    body         TEXT    NOT NULL
);
CREATE INDEX wholesale_shipping_details_by_order ON wholesale_shipping_details (wholesale_id);

-- Papers and files that the twin has made, served under /files/ by their names, which nobody can guess.
CREATE TABLE papers (
    name       TEXT PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    media_type TEXT    NOT NULL,
    contents   BLOB    NOT NULL,
    created_at TEXT    NOT NULL
) WITHOUT ROWID;

-- Programs that act for a person with fewer rights than the person has.
CREATE TABLE agent_clients (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL,
    redirect_uris TEXT NOT NULL,
    created_at    TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE agent_codes (
    code           TEXT PRIMARY KEY,
    client_id      TEXT    NOT NULL,
    user_id        INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    redirect_uri   TEXT    NOT NULL,
    challenge      TEXT    NOT NULL,
    scopes         TEXT    NOT NULL,
    expires_at     TEXT    NOT NULL
) WITHOUT ROWID;

CREATE TABLE agent_grants (
    id          TEXT PRIMARY KEY,
    client_id   TEXT    NOT NULL,
    client_name TEXT    NOT NULL,
    user_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    scopes      TEXT    NOT NULL,
    created_at  TEXT    NOT NULL,
    expires_at  TEXT    NOT NULL,
    revoked_at  TEXT
) WITHOUT ROWID;
CREATE INDEX agent_grants_by_user ON agent_grants (user_id);
