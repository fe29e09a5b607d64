-- `uuid` is the id in document addresses, `body` what the sender last decided (with ids and resolved addresses), `eta` a
-- date. What is to happen to a shipment stands on the agenda.
DROP INDEX shipment_due;
ALTER TABLE shipment DROP COLUMN due_at;
ALTER TABLE shipment ADD COLUMN uuid TEXT NOT NULL DEFAULT '';
ALTER TABLE shipment ADD COLUMN body TEXT NOT NULL DEFAULT '{}';
ALTER TABLE shipment ADD COLUMN eta TEXT;
UPDATE shipment SET uuid = id;
CREATE UNIQUE INDEX shipment_by_uuid ON shipment (uuid);

-- Which shipment an item is in: returns name items.
CREATE TABLE shipment_item (
    id     TEXT    PRIMARY KEY,
    number INTEGER NOT NULL REFERENCES shipment (number) ON DELETE CASCADE
);
CREATE INDEX shipment_item_of_shipment ON shipment_item (number);

-- Where a parcel was seen; `detail` is the checkpoint as the API shows it.
CREATE TABLE shipment_checkpoint (
    number       INTEGER NOT NULL REFERENCES shipment (number) ON DELETE CASCADE,
    order_number INTEGER NOT NULL,
    at           TEXT    NOT NULL,
    detail       TEXT    NOT NULL,
    PRIMARY KEY (number, order_number)
) WITHOUT ROWID;
