-- A shipping plan is a purchase order that a 3PL's customer announces: one table, one way to receive.
CREATE TABLE purchase_orders (
    id                 INTEGER PRIMARY KEY,
    account_id         INTEGER NOT NULL REFERENCES accounts (id),
    warehouse_id       INTEGER NOT NULL REFERENCES warehouses (id),
    vendor_id          INTEGER REFERENCES vendors (id),
    po_number          TEXT    NOT NULL,
    kind               TEXT    NOT NULL DEFAULT 'order' CHECK (kind IN ('order', 'shipping_plan')),
    fulfillment_status TEXT    NOT NULL,
    po_date            TEXT,
    date_closed        TEXT,
    arrived_at         TEXT,
    created_at         TEXT    NOT NULL,
    updated_at         TEXT    NOT NULL,
    body               TEXT    NOT NULL
);
CREATE INDEX purchase_orders_by_account ON purchase_orders (account_id, created_at);
CREATE INDEX purchase_orders_by_number ON purchase_orders (account_id, po_number);
CREATE INDEX purchase_orders_by_status ON purchase_orders (account_id, fulfillment_status);

CREATE TABLE purchase_order_lines (
    id                 INTEGER PRIMARY KEY,
    purchase_order_id  INTEGER NOT NULL REFERENCES purchase_orders (id) ON DELETE CASCADE,
    product_id         INTEGER REFERENCES products (id) ON DELETE SET NULL,
    vendor_id          INTEGER REFERENCES vendors (id),
    sku                TEXT    NOT NULL,
    sku_key            TEXT    NOT NULL,
    quantity           INTEGER NOT NULL CHECK (quantity >= 0),
    quantity_received  INTEGER NOT NULL DEFAULT 0 CHECK (quantity_received >= 0),
    quantity_rejected  INTEGER NOT NULL DEFAULT 0 CHECK (quantity_rejected >= 0),
    sell_ahead         INTEGER NOT NULL DEFAULT 0 CHECK (sell_ahead >= 0),
    fulfillment_status TEXT    NOT NULL,
    created_at         TEXT    NOT NULL,
    updated_at         TEXT    NOT NULL,
    body               TEXT    NOT NULL
);
CREATE INDEX purchase_order_lines_by_order ON purchase_order_lines (purchase_order_id);
CREATE INDEX purchase_order_lines_by_sku ON purchase_order_lines (sku_key);
CREATE INDEX purchase_order_lines_by_product ON purchase_order_lines (product_id);

CREATE TABLE purchase_order_attachments (
    id                INTEGER PRIMARY KEY,
    purchase_order_id INTEGER NOT NULL REFERENCES purchase_orders (id) ON DELETE CASCADE,
    user_id           INTEGER NOT NULL,
    url               TEXT    NOT NULL,
    description       TEXT,
    filename          TEXT,
    file_type         TEXT,
    created_at        TEXT    NOT NULL
);
CREATE INDEX purchase_order_attachments_by_order ON purchase_order_attachments (purchase_order_id);

CREATE TABLE purchase_order_trackings (
    id                INTEGER PRIMARY KEY,
    purchase_order_id INTEGER NOT NULL REFERENCES purchase_orders (id) ON DELETE CASCADE,
    carrier           TEXT,
    tracking_number   TEXT    NOT NULL,
    UNIQUE (purchase_order_id, tracking_number)
);

CREATE TABLE plan_packages (
    id                INTEGER PRIMARY KEY,
    purchase_order_id INTEGER NOT NULL REFERENCES purchase_orders (id) ON DELETE CASCADE,
    box_number        TEXT    NOT NULL
);
CREATE INDEX plan_packages_by_order ON plan_packages (purchase_order_id);

CREATE TABLE plan_package_items (
    id         INTEGER PRIMARY KEY,
    package_id INTEGER NOT NULL REFERENCES plan_packages (id) ON DELETE CASCADE,
    product_id INTEGER REFERENCES products (id) ON DELETE SET NULL,
    sku        TEXT    NOT NULL,
    quantity   INTEGER NOT NULL CHECK (quantity > 0),
    created_at TEXT    NOT NULL
);
CREATE INDEX plan_package_items_by_package ON plan_package_items (package_id);

CREATE TABLE plan_pallets (
    id                INTEGER PRIMARY KEY,
    purchase_order_id INTEGER NOT NULL REFERENCES purchase_orders (id) ON DELETE CASCADE,
    kind              TEXT,
    quantity          INTEGER NOT NULL CHECK (quantity > 0),
    floor_loaded      INTEGER NOT NULL DEFAULT 0,
    page_size         TEXT
);
CREATE INDEX plan_pallets_by_order ON plan_pallets (purchase_order_id);
