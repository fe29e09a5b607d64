ALTER TABLE orders ADD COLUMN hold_until TEXT;
ALTER TABLE orders ADD COLUMN allocations_made INTEGER NOT NULL DEFAULT 0;

-- What each line has of each stock: the pieces set aside and those missing. A kit that is made of components has a row
-- for each of them. sum(quantity) by stock is warehouse_products.allocated, sum(backorder) is its backorder.
CREATE TABLE line_allocations (
    line_item_id     INTEGER NOT NULL REFERENCES line_items (id) ON DELETE CASCADE,
    stock_id         INTEGER NOT NULL REFERENCES warehouse_products (id) ON DELETE CASCADE,
    order_id         INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    warehouse_id     INTEGER NOT NULL REFERENCES warehouses (id),
    quantity         INTEGER NOT NULL CHECK (quantity >= 0),
    backorder        INTEGER NOT NULL CHECK (backorder >= 0),
    is_kit_component INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (line_item_id, stock_id)
) WITHOUT ROWID;
CREATE INDEX line_allocations_by_stock ON line_allocations (stock_id);
CREATE INDEX line_allocations_by_order ON line_allocations (order_id);
CREATE INDEX line_items_waiting ON line_items (sku_key) WHERE backorder_quantity > 0;
CREATE INDEX order_allocations_by_warehouse ON order_allocations (warehouse_id);

-- Who receives it and where, in one text: open orders with the same one may travel together.
ALTER TABLE orders ADD COLUMN address_key TEXT GENERATED ALWAYS AS (lower(
    trim(coalesce(body ->> '$.shipping_address.first_name', '')) || '|' ||
    trim(coalesce(body ->> '$.shipping_address.last_name', '')) || '|' ||
    trim(coalesce(body ->> '$.shipping_address.address1', '')) || '|' ||
    trim(coalesce(body ->> '$.shipping_address.address2', '')) || '|' ||
    trim(coalesce(body ->> '$.shipping_address.zip', '')) || '|' ||
    trim(coalesce(body ->> '$.shipping_address.country_code', body ->> '$.shipping_address.country', ''))
)) VIRTUAL;
CREATE INDEX orders_by_address ON orders (account_id, address_key)
    WHERE fulfillment_status NOT IN ('fulfilled', 'canceled');
CREATE INDEX orders_waiting ON orders (account_id) WHERE has_backorder;
CREATE INDEX orders_held ON orders (account_id)
    WHERE (fraud_hold OR address_hold OR payment_hold OR operator_hold OR client_hold);
CREATE INDEX orders_by_required_date ON orders (account_id, required_ship_date);
CREATE INDEX orders_by_allocation ON orders (account_id, allocated_at);
CREATE INDEX order_history_by_account ON order_history (account_id, created_at);

CREATE TABLE order_attachments (
    id          INTEGER PRIMARY KEY,
    order_id    INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    account_id  INTEGER NOT NULL REFERENCES accounts (id),
    url         TEXT    NOT NULL,
    filename    TEXT    NOT NULL,
    file_type   TEXT    NOT NULL,
    file_size   INTEGER,
    description TEXT,
    created_at  TEXT    NOT NULL
);
CREATE INDEX order_attachments_by_order ON order_attachments (order_id);

-- An order whose lines travel with another one, and the status that it had before.
CREATE TABLE order_merges (
    order_id  INTEGER PRIMARY KEY REFERENCES orders (id) ON DELETE CASCADE,
    master_id INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    status    TEXT    NOT NULL,
    merged_at TEXT    NOT NULL
);
CREATE INDEX order_merges_by_master ON order_merges (master_id);
ALTER TABLE line_items ADD COLUMN merged_from INTEGER REFERENCES orders (id);

CREATE TABLE shipments (
    id                  INTEGER PRIMARY KEY,
    account_id          INTEGER NOT NULL REFERENCES accounts (id),
    order_id            INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    user_id             INTEGER NOT NULL,
    warehouse_id        INTEGER NOT NULL REFERENCES warehouses (id),
    profile             TEXT    NOT NULL,
    shipped_off_shiphero INTEGER NOT NULL,
    completed           INTEGER NOT NULL,
    voided              INTEGER NOT NULL DEFAULT 0,
    picked_up           INTEGER NOT NULL DEFAULT 0,
    delivered           INTEGER NOT NULL DEFAULT 0,
    created_at          TEXT    NOT NULL,
    address             TEXT    NOT NULL
);
CREATE INDEX shipments_by_account ON shipments (account_id, created_at);
CREATE INDEX shipments_voided ON shipments (account_id) WHERE voided;
CREATE INDEX shipments_by_order ON shipments (order_id);

CREATE TABLE shipping_labels (
    id              INTEGER PRIMARY KEY,
    account_id      INTEGER NOT NULL REFERENCES accounts (id),
    shipment_id     INTEGER NOT NULL REFERENCES shipments (id) ON DELETE CASCADE,
    order_id        INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    warehouse_id    INTEGER NOT NULL REFERENCES warehouses (id),
    package_number  INTEGER NOT NULL,
    status          TEXT    NOT NULL CHECK (status IN ('valid', 'generating', 'error', 'voided')),
    tracking_number TEXT,
    tracking_status TEXT    NOT NULL,
    carrier         TEXT    NOT NULL,
    shipping_method TEXT    NOT NULL,
    shipping_name   TEXT    NOT NULL,
    cost            TEXT    NOT NULL,
    needs_refund    INTEGER NOT NULL DEFAULT 0,
    refunded        INTEGER NOT NULL DEFAULT 0,
    created_at      TEXT    NOT NULL,
    body            TEXT    NOT NULL
);
CREATE INDEX shipping_labels_by_shipment ON shipping_labels (shipment_id);
CREATE INDEX shipping_labels_by_order ON shipping_labels (order_id);
CREATE INDEX shipping_labels_by_tracking ON shipping_labels (account_id, tracking_number);
CREATE INDEX shipping_labels_by_account ON shipping_labels (account_id, created_at);

CREATE TABLE shipment_line_items (
    id                INTEGER PRIMARY KEY,
    shipment_id       INTEGER NOT NULL REFERENCES shipments (id) ON DELETE CASCADE,
    line_item_id      INTEGER NOT NULL REFERENCES line_items (id) ON DELETE CASCADE,
    shipping_label_id INTEGER REFERENCES shipping_labels (id) ON DELETE CASCADE,
    quantity          INTEGER NOT NULL CHECK (quantity > 0)
);
CREATE INDEX shipment_line_items_by_shipment ON shipment_line_items (shipment_id);
CREATE INDEX shipment_line_items_by_line ON shipment_line_items (line_item_id);
CREATE INDEX shipment_line_items_by_label ON shipment_line_items (shipping_label_id);

-- The lots and the serial numbers of pieces that left.
CREATE TABLE shipped_lots (
    id           INTEGER PRIMARY KEY,
    line_item_id INTEGER NOT NULL REFERENCES line_items (id) ON DELETE CASCADE,
    shipment_id  INTEGER REFERENCES shipments (id) ON DELETE CASCADE,
    lot_id       INTEGER NOT NULL REFERENCES lots (id),
    quantity     INTEGER NOT NULL CHECK (quantity > 0)
);
CREATE INDEX shipped_lots_by_line ON shipped_lots (line_item_id);

CREATE TABLE serial_numbers (
    id                INTEGER PRIMARY KEY,
    line_item_id      INTEGER NOT NULL REFERENCES line_items (id) ON DELETE CASCADE,
    shipping_label_id INTEGER REFERENCES shipping_labels (id) ON DELETE CASCADE,
    sku               TEXT    NOT NULL,
    serial_number     TEXT    NOT NULL,
    created_at        TEXT    NOT NULL
);
CREATE INDEX serial_numbers_by_line ON serial_numbers (line_item_id);
CREATE INDEX serial_numbers_by_label ON serial_numbers (shipping_label_id);

-- What waits at the dock for a carrier: a warehouse has one open container for each carrier.
CREATE TABLE shipping_containers (
    id           INTEGER PRIMARY KEY,
    account_id   INTEGER NOT NULL REFERENCES accounts (id),
    warehouse_id INTEGER NOT NULL REFERENCES warehouses (id),
    carrier      TEXT    NOT NULL,
    note         TEXT    NOT NULL DEFAULT '',
    created_at   TEXT    NOT NULL,
    updated_at   TEXT    NOT NULL,
    shipped_at   TEXT
);
CREATE INDEX shipping_containers_by_account ON shipping_containers (account_id, created_at);
CREATE UNIQUE INDEX shipping_containers_open ON shipping_containers (warehouse_id, carrier) WHERE shipped_at IS NULL;

CREATE TABLE shipping_container_labels (
    id                INTEGER PRIMARY KEY,
    container_id      INTEGER NOT NULL REFERENCES shipping_containers (id) ON DELETE CASCADE,
    shipping_label_id INTEGER NOT NULL UNIQUE REFERENCES shipping_labels (id) ON DELETE CASCADE,
    user_id           INTEGER NOT NULL,
    created_at        TEXT    NOT NULL
);
CREATE INDEX shipping_container_labels_by_container ON shipping_container_labels (container_id);

-- The work of people in the warehouse: what each of them picked and packed.
CREATE TABLE picks (
    id              INTEGER PRIMARY KEY,
    account_id      INTEGER NOT NULL REFERENCES accounts (id),
    warehouse_id    INTEGER NOT NULL REFERENCES warehouses (id),
    user_id         INTEGER NOT NULL,
    tote_id         INTEGER,
    order_id        INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    line_item_id    INTEGER NOT NULL REFERENCES line_items (id) ON DELETE CASCADE,
    location_id     INTEGER,
    inventory_bin   TEXT    NOT NULL,
    sku             TEXT    NOT NULL,
    quantity        INTEGER NOT NULL CHECK (quantity > 0),
    pick_type       TEXT    NOT NULL,
    barcode_scanned TEXT    NOT NULL,
    created_at      TEXT    NOT NULL
);
CREATE INDEX picks_by_account ON picks (account_id, created_at);
CREATE INDEX picks_by_warehouse ON picks (warehouse_id, created_at);

CREATE TABLE packages (
    id               INTEGER PRIMARY KEY,
    account_id       INTEGER NOT NULL REFERENCES accounts (id),
    warehouse_id     INTEGER NOT NULL REFERENCES warehouses (id),
    user_id          INTEGER NOT NULL,
    order_id         INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    shipment_id      INTEGER NOT NULL REFERENCES shipments (id) ON DELETE CASCADE,
    total_items      INTEGER NOT NULL,
    unique_items     INTEGER NOT NULL,
    barcodes_scanned INTEGER NOT NULL,
    created_at       TEXT    NOT NULL
);
CREATE INDEX packages_by_account ON packages (account_id, created_at);
CREATE INDEX packages_by_warehouse ON packages (warehouse_id, created_at);
CREATE INDEX packages_by_order ON packages (order_id);
