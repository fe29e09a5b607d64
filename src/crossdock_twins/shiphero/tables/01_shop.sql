-- Dates are naive UTC texts as the API gives them; `body` holds, as JSON, what is neither searched nor computed with.
CREATE TABLE accounts (
    id         INTEGER PRIMARY KEY,
    username   TEXT    NOT NULL,
    email      TEXT    NOT NULL,
    state      TEXT    NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended', 'cancelled', 'inactive')),
    is_3pl     INTEGER NOT NULL DEFAULT 0,
    parent_id  INTEGER REFERENCES accounts (id),
    created_at TEXT    NOT NULL
);
CREATE INDEX accounts_by_parent ON accounts (parent_id);

-- People and developers alike: the platform keeps one list of e-mail addresses for all accounts.
CREATE TABLE users (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id    INTEGER NOT NULL REFERENCES accounts (id),
    subject       TEXT    NOT NULL UNIQUE,
    email         TEXT    NOT NULL UNIQUE COLLATE NOCASE,
    first_name    TEXT    NOT NULL,
    last_name     TEXT    NOT NULL,
    password      TEXT,
    is_admin      INTEGER NOT NULL DEFAULT 0,
    is_developer  INTEGER NOT NULL DEFAULT 0,
    scopes        TEXT,
    refresh_token TEXT UNIQUE,
    created_at    TEXT    NOT NULL,
    updated_at    TEXT    NOT NULL
);
CREATE INDEX users_by_account ON users (account_id);

-- An access token that one browser may see once.
CREATE TABLE reveals (
    session_id   TEXT    NOT NULL,
    user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    access_token TEXT    NOT NULL,
    PRIMARY KEY (session_id, user_id)
) WITHOUT ROWID;

CREATE TABLE warehouses (
    id         INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    identifier TEXT    NOT NULL,
    body       TEXT    NOT NULL
);
CREATE INDEX warehouses_by_account ON warehouses (account_id);

CREATE TABLE products (
    id         INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    sku        TEXT    NOT NULL,
    sku_key    TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    barcode    TEXT    NOT NULL DEFAULT '',
    kit        INTEGER NOT NULL DEFAULT 0,
    created_at TEXT    NOT NULL,
    updated_at TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    UNIQUE (account_id, sku_key)
);
CREATE INDEX products_by_barcode ON products (account_id, barcode);

CREATE TABLE product_tags (
    product_id INTEGER NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    tag        TEXT    NOT NULL,
    PRIMARY KEY (product_id, tag)
) WITHOUT ROWID;

CREATE TABLE warehouse_products (
    id                    INTEGER PRIMARY KEY,
    account_id            INTEGER NOT NULL REFERENCES accounts (id),
    product_id            INTEGER NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    warehouse_id          INTEGER NOT NULL REFERENCES warehouses (id),
    on_hand               INTEGER NOT NULL DEFAULT 0,
    allocated             INTEGER NOT NULL DEFAULT 0 CHECK (allocated >= 0),
    backorder             INTEGER NOT NULL DEFAULT 0 CHECK (backorder >= 0),
    reserve_inventory     INTEGER NOT NULL DEFAULT 0,
    non_sellable_quantity INTEGER NOT NULL DEFAULT 0,
    created_at            TEXT    NOT NULL,
    updated_at            TEXT    NOT NULL,
    body                  TEXT    NOT NULL,
    UNIQUE (product_id, warehouse_id)
);
CREATE INDEX warehouse_products_by_warehouse ON warehouse_products (warehouse_id);

CREATE TABLE orders (
    id                 INTEGER PRIMARY KEY,
    account_id         INTEGER NOT NULL REFERENCES accounts (id),
    order_number       TEXT    NOT NULL,
    partner_order_id   TEXT    NOT NULL,
    shop_name          TEXT    NOT NULL,
    fulfillment_status TEXT    NOT NULL,
    email              TEXT    NOT NULL DEFAULT '',
    profile            TEXT    NOT NULL DEFAULT 'default',
    order_date         TEXT    NOT NULL,
    created_at         TEXT    NOT NULL,
    updated_at         TEXT    NOT NULL,
    required_ship_date TEXT,
    allocated_at       TEXT,
    has_backorder      INTEGER NOT NULL DEFAULT 0,
    fraud_hold         INTEGER NOT NULL DEFAULT 0,
    address_hold       INTEGER NOT NULL DEFAULT 0,
    payment_hold       INTEGER NOT NULL DEFAULT 0,
    operator_hold      INTEGER NOT NULL DEFAULT 0,
    client_hold        INTEGER NOT NULL DEFAULT 0,
    body               TEXT    NOT NULL
);
CREATE INDEX orders_by_account ON orders (account_id);
CREATE INDEX orders_by_number ON orders (account_id, order_number);
CREATE INDEX orders_by_partner ON orders (account_id, partner_order_id);
CREATE INDEX orders_by_status ON orders (account_id, fulfillment_status);
CREATE INDEX orders_by_update ON orders (account_id, updated_at);
CREATE INDEX orders_by_date ON orders (account_id, order_date);
CREATE INDEX orders_by_creation ON orders (account_id, created_at);
CREATE INDEX orders_by_email ON orders (account_id, email);

CREATE TABLE order_tags (
    order_id INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    tag      TEXT    NOT NULL,
    place    INTEGER NOT NULL,
    PRIMARY KEY (order_id, tag)
) WITHOUT ROWID;
CREATE INDEX order_tags_by_tag ON order_tags (tag);

CREATE TABLE line_items (
    id                   INTEGER PRIMARY KEY,
    order_id             INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    sku                  TEXT    NOT NULL,
    sku_key              TEXT    NOT NULL,
    partner_line_item_id TEXT    NOT NULL,
    fulfillment_status   TEXT    NOT NULL,
    quantity             INTEGER NOT NULL CHECK (quantity >= 0),
    quantity_shipped     INTEGER NOT NULL DEFAULT 0,
    quantity_pending     INTEGER NOT NULL,
    quantity_allocated   INTEGER NOT NULL DEFAULT 0,
    backorder_quantity   INTEGER NOT NULL DEFAULT 0,
    warehouse_id         INTEGER REFERENCES warehouses (id),
    created_at           TEXT    NOT NULL,
    updated_at           TEXT    NOT NULL,
    body                 TEXT    NOT NULL,
    CHECK (quantity_pending >= 0 AND quantity_pending + quantity_shipped <= quantity),
    CHECK (quantity_allocated + backorder_quantity <= quantity_pending)
);
CREATE INDEX line_items_by_order ON line_items (order_id);
CREATE INDEX line_items_by_sku ON line_items (sku_key);

CREATE TABLE order_allocations (
    order_id      INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    warehouse_id  INTEGER NOT NULL REFERENCES warehouses (id),
    reference     TEXT    NOT NULL,
    allocated_at  TEXT    NOT NULL,
    ready_to_ship INTEGER NOT NULL,
    PRIMARY KEY (order_id, warehouse_id)
) WITHOUT ROWID;

CREATE TABLE order_history (
    id          INTEGER PRIMARY KEY,
    order_id    INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    account_id  INTEGER NOT NULL REFERENCES accounts (id),
    user_id     INTEGER NOT NULL,
    username    TEXT    NOT NULL,
    information TEXT    NOT NULL,
    created_at  TEXT    NOT NULL
);
CREATE INDEX order_history_by_order ON order_history (order_id);
