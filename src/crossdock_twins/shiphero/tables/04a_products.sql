-- A kit is virtual (its components leave the shelf) unless it is built ahead, `kit_build`, and has stock of its own.
ALTER TABLE products ADD COLUMN kit_build INTEGER NOT NULL DEFAULT 0;

CREATE TABLE product_components (
    id           INTEGER PRIMARY KEY,
    product_id   INTEGER NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    component_id INTEGER NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    kind         TEXT    NOT NULL CHECK (kind IN ('kit', 'assembly')),
    quantity     INTEGER NOT NULL CHECK (quantity > 0),
    UNIQUE (product_id, kind, component_id)
);
CREATE INDEX product_components_by_component ON product_components (component_id);

CREATE TABLE product_images (
    product_id INTEGER NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    src        TEXT    NOT NULL,
    position   INTEGER NOT NULL,
    PRIMARY KEY (product_id, src)
) WITHOUT ROWID;

CREATE TABLE product_cases (
    id           INTEGER PRIMARY KEY,
    product_id   INTEGER NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    case_barcode TEXT    NOT NULL,
    quantity     INTEGER NOT NULL CHECK (quantity > 0),
    UNIQUE (product_id, case_barcode)
);

CREATE TABLE vendors (
    id         INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    name       TEXT    NOT NULL,
    email      TEXT    NOT NULL,
    created_at TEXT    NOT NULL,
    deleted_at TEXT,
    body       TEXT    NOT NULL
);
CREATE INDEX vendors_by_account ON vendors (account_id);

CREATE TABLE product_vendors (
    product_id INTEGER NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    vendor_id  INTEGER NOT NULL REFERENCES vendors (id) ON DELETE CASCADE,
    vendor_sku TEXT    NOT NULL,
    price      TEXT,
    PRIMARY KEY (product_id, vendor_id)
) WITHOUT ROWID;
CREATE INDEX product_vendors_by_vendor ON product_vendors (vendor_id);
