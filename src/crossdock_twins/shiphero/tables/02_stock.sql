-- Where goods lie and what moved them. Pieces lie in a location (item_locations) or, picked, in a tote (tote_items);
-- warehouse_products.on_hand is the sum of both, and of inventory_changes.change_in_on_hand.
CREATE TABLE location_types (
    id                 INTEGER PRIMARY KEY,
    account_id         INTEGER NOT NULL REFERENCES accounts (id),
    name               TEXT    NOT NULL,
    daily_storage_cost TEXT    NOT NULL DEFAULT '0.00',
    category           TEXT    NOT NULL DEFAULT 'Bin',
    is_lpn_allowed     INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX location_types_by_account ON location_types (account_id);

-- A deleted location stays as a row, so that history can name it.
CREATE TABLE locations (
    id               INTEGER PRIMARY KEY,
    account_id       INTEGER NOT NULL REFERENCES accounts (id),
    warehouse_id     INTEGER NOT NULL REFERENCES warehouses (id),
    location_type_id INTEGER REFERENCES location_types (id),
    name             TEXT    NOT NULL,
    name_key         TEXT    NOT NULL,
    zone             TEXT    NOT NULL DEFAULT '',
    pickable         INTEGER NOT NULL DEFAULT 1,
    sellable         INTEGER NOT NULL DEFAULT 1,
    staging          INTEGER NOT NULL DEFAULT 0,
    is_cart          INTEGER NOT NULL DEFAULT 0,
    is_receiving     INTEGER NOT NULL DEFAULT 0,
    pick_priority    INTEGER NOT NULL DEFAULT 0,
    temperature      TEXT    NOT NULL DEFAULT '',
    dimensions       TEXT    NOT NULL DEFAULT '{}',
    created_at       TEXT    NOT NULL,
    updated_at       TEXT    NOT NULL,
    deleted_at       TEXT
);
CREATE UNIQUE INDEX locations_by_name ON locations (warehouse_id, name_key) WHERE deleted_at IS NULL;
CREATE INDEX locations_by_account ON locations (account_id);

CREATE TABLE lots (
    id          INTEGER PRIMARY KEY,
    account_id  INTEGER NOT NULL REFERENCES accounts (id),
    product_id  INTEGER NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    name        TEXT    NOT NULL,
    expires_at  TEXT,
    received_at TEXT,
    is_active   INTEGER NOT NULL DEFAULT 1,
    created_at  TEXT    NOT NULL,
    updated_at  TEXT    NOT NULL,
    deleted_at  TEXT
);
CREATE UNIQUE INDEX lots_by_name ON lots (product_id, name) WHERE deleted_at IS NULL;
CREATE INDEX lots_by_account ON lots (account_id);

-- The purchase orders that a lot came with; receiving writes them.
CREATE TABLE lot_purchase_orders (
    lot_id            INTEGER NOT NULL REFERENCES lots (id) ON DELETE CASCADE,
    purchase_order_id INTEGER NOT NULL,
    PRIMARY KEY (lot_id, purchase_order_id)
) WITHOUT ROWID;
CREATE INDEX lot_purchase_orders_by_order ON lot_purchase_orders (purchase_order_id);

CREATE TABLE item_locations (
    id          INTEGER PRIMARY KEY,
    stock_id    INTEGER NOT NULL REFERENCES warehouse_products (id) ON DELETE CASCADE,
    location_id INTEGER NOT NULL REFERENCES locations (id),
    lot_id      INTEGER REFERENCES lots (id),
    quantity    INTEGER NOT NULL CHECK (quantity >= 0),
    created_at  TEXT    NOT NULL,
    updated_at  TEXT    NOT NULL
);
CREATE UNIQUE INDEX item_locations_by_stock ON item_locations (stock_id, location_id, coalesce(lot_id, 0));
CREATE INDEX item_locations_by_location ON item_locations (location_id);
CREATE INDEX item_locations_by_lot ON item_locations (lot_id);

CREATE TABLE lpns (
    id             INTEGER PRIMARY KEY,
    account_id     INTEGER NOT NULL REFERENCES accounts (id),
    warehouse_id   INTEGER NOT NULL REFERENCES warehouses (id),
    location_id    INTEGER REFERENCES locations (id),
    number         TEXT    NOT NULL UNIQUE,
    container_type TEXT    NOT NULL CHECK (container_type IN ('BOX', 'PALLET', 'STAGING')),
    status         TEXT    NOT NULL DEFAULT 'UNUSED' CHECK (status IN ('UNUSED', 'INUSE', 'USED', 'DELETED')),
    created_at     TEXT    NOT NULL,
    updated_at     TEXT    NOT NULL
);
CREATE INDEX lpns_by_location ON lpns (location_id);

-- Which of a location's pieces stand on a pallet or in a box with a number; the rest of them is loose.
CREATE TABLE lpn_items (
    item_location_id INTEGER NOT NULL REFERENCES item_locations (id) ON DELETE CASCADE,
    lpn_id           INTEGER NOT NULL REFERENCES lpns (id) ON DELETE CASCADE,
    units            INTEGER NOT NULL CHECK (units > 0),
    PRIMARY KEY (item_location_id, lpn_id)
) WITHOUT ROWID;
CREATE INDEX lpn_items_by_lpn ON lpn_items (lpn_id);

-- A change outlives the stock record, the location and the lot that it names.
CREATE TABLE inventory_changes (
    id                INTEGER PRIMARY KEY,
    account_id        INTEGER NOT NULL REFERENCES accounts (id),
    warehouse_id      INTEGER NOT NULL REFERENCES warehouses (id),
    stock_id          INTEGER NOT NULL,
    product_id        INTEGER NOT NULL,
    sku               TEXT    NOT NULL,
    sku_key           TEXT    NOT NULL,
    user_id           INTEGER NOT NULL,
    location_id       INTEGER,
    lot_id            INTEGER,
    previous_on_hand  INTEGER NOT NULL,
    change_in_on_hand INTEGER NOT NULL,
    reason            TEXT    NOT NULL,
    source            TEXT    NOT NULL,
    cycle_counted     INTEGER NOT NULL DEFAULT 0,
    created_at        TEXT    NOT NULL
);
CREATE INDEX inventory_changes_by_account ON inventory_changes (account_id, created_at);
CREATE INDEX inventory_changes_in_order ON inventory_changes (account_id);
CREATE INDEX inventory_changes_by_stock ON inventory_changes (stock_id);
CREATE INDEX inventory_changes_by_sku ON inventory_changes (account_id, sku_key, created_at);

CREATE TABLE totes (
    id            INTEGER PRIMARY KEY,
    account_id    INTEGER NOT NULL REFERENCES accounts (id),
    warehouse_id  INTEGER NOT NULL REFERENCES warehouses (id),
    name          TEXT    NOT NULL,
    barcode       TEXT    NOT NULL,
    color         TEXT    NOT NULL,
    color_name    TEXT    NOT NULL,
    created_at    TEXT    NOT NULL,
    last_activity TEXT    NOT NULL,
    deleted_at    TEXT
);
CREATE UNIQUE INDEX totes_by_barcode ON totes (warehouse_id, barcode) WHERE deleted_at IS NULL;
CREATE INDEX totes_by_account ON totes (account_id);

-- What was picked for an order and is not shipped yet; location and lot are where it was taken from.
CREATE TABLE tote_items (
    id           INTEGER PRIMARY KEY,
    tote_id      INTEGER NOT NULL REFERENCES totes (id),
    order_id     INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    line_item_id INTEGER NOT NULL REFERENCES line_items (id) ON DELETE CASCADE,
    stock_id     INTEGER NOT NULL REFERENCES warehouse_products (id),
    location_id  INTEGER NOT NULL REFERENCES locations (id),
    lot_id       INTEGER REFERENCES lots (id),
    quantity     INTEGER NOT NULL CHECK (quantity > 0),
    created_at   TEXT    NOT NULL,
    updated_at   TEXT    NOT NULL
);
CREATE INDEX tote_items_by_tote ON tote_items (tote_id);
CREATE INDEX tote_items_by_order ON tote_items (order_id);
CREATE INDEX tote_items_by_line ON tote_items (line_item_id);
CREATE INDEX tote_items_by_stock ON tote_items (stock_id);

CREATE TABLE tote_history (
    id         INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    tote_id    INTEGER NOT NULL,
    tote_name  TEXT    NOT NULL,
    action     TEXT    NOT NULL,
    created_at TEXT    NOT NULL
);
CREATE INDEX tote_history_by_account ON tote_history (account_id, created_at);

-- `contents` is the file as it is served; what does not decide anything stands in `body`.
CREATE TABLE inventory_snapshots (
    id            INTEGER PRIMARY KEY,
    snapshot_id   TEXT    NOT NULL UNIQUE,
    account_id    INTEGER NOT NULL REFERENCES accounts (id),
    user_id       INTEGER NOT NULL,
    customer_id   INTEGER,
    warehouse_id  INTEGER,
    status        TEXT    NOT NULL,
    body          TEXT    NOT NULL,
    file_name     TEXT    UNIQUE,
    contents      BLOB,
    created_at    TEXT    NOT NULL,
    enqueued_at   TEXT,
    updated_at    TEXT    NOT NULL
);
CREATE INDEX inventory_snapshots_by_account ON inventory_snapshots (account_id, created_at);

CREATE TABLE inventory_syncs (
    id            INTEGER PRIMARY KEY,
    account_id    INTEGER NOT NULL REFERENCES accounts (id),
    customer_id   INTEGER,
    user_id       INTEGER NOT NULL,
    warehouse_id  INTEGER NOT NULL REFERENCES warehouses (id),
    url           TEXT    NOT NULL,
    status        TEXT    NOT NULL,
    error         TEXT,
    created_at    TEXT    NOT NULL,
    updated_at    TEXT    NOT NULL
);
CREATE INDEX inventory_syncs_by_account ON inventory_syncs (account_id, created_at);

CREATE TABLE inventory_sync_rows (
    id         INTEGER PRIMARY KEY,
    sync_id    INTEGER NOT NULL REFERENCES inventory_syncs (id) ON DELETE CASCADE,
    place      INTEGER NOT NULL,
    sku        TEXT    NOT NULL,
    quantity   TEXT    NOT NULL,
    action     TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    location   TEXT    NOT NULL,
    status     TEXT    NOT NULL,
    error      TEXT,
    created_at TEXT    NOT NULL,
    updated_at TEXT    NOT NULL
);
CREATE INDEX inventory_sync_rows_by_sync ON inventory_sync_rows (sync_id, place);

CREATE TABLE cycle_counts (
    id           INTEGER PRIMARY KEY,
    account_id   INTEGER NOT NULL REFERENCES accounts (id),
    warehouse_id INTEGER NOT NULL REFERENCES warehouses (id),
    name         TEXT    NOT NULL,
    count_type   TEXT    NOT NULL,
    queue_status TEXT    NOT NULL,
    status       TEXT    NOT NULL,
    body         TEXT    NOT NULL,
    due_date     TEXT,
    started_at   TEXT,
    ended_at     TEXT,
    created_at   TEXT    NOT NULL,
    updated_at   TEXT    NOT NULL
);
CREATE INDEX cycle_counts_by_warehouse ON cycle_counts (warehouse_id, created_at);

-- One place to count: a product in a location; `counted` is what was found there.
CREATE TABLE cycle_count_items (
    id          INTEGER PRIMARY KEY,
    count_id    INTEGER NOT NULL REFERENCES cycle_counts (id) ON DELETE CASCADE,
    stock_id    INTEGER NOT NULL REFERENCES warehouse_products (id) ON DELETE CASCADE,
    location_id INTEGER NOT NULL REFERENCES locations (id),
    expected    INTEGER NOT NULL,
    counted     INTEGER,
    counted_at  TEXT
);
CREATE INDEX cycle_count_items_by_count ON cycle_count_items (count_id);
CREATE INDEX cycle_count_items_by_stock ON cycle_count_items (stock_id);

-- Stock whose numbers changed since the outside was last told of it.
CREATE TABLE stock_news (
    stock_id INTEGER PRIMARY KEY REFERENCES warehouse_products (id) ON DELETE CASCADE
);
CREATE TRIGGER stock_changed AFTER UPDATE OF on_hand, allocated, backorder, reserve_inventory, non_sellable_quantity
ON warehouse_products
WHEN (old.on_hand, old.allocated, old.backorder, old.reserve_inventory, old.non_sellable_quantity)
 IS NOT (new.on_hand, new.allocated, new.backorder, new.reserve_inventory, new.non_sellable_quantity)
BEGIN
    INSERT OR IGNORE INTO stock_news (stock_id) VALUES (new.id);
END;
