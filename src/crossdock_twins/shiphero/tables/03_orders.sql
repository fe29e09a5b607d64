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
