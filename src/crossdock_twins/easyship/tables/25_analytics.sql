-- What shipments are counted by: drafts and what was called off are left out.
ALTER TABLE shipment ADD COLUMN umbrella_name TEXT
    GENERATED ALWAYS AS (json_extract(answer, '$.courier_service.umbrella_name')) VIRTUAL;
ALTER TABLE shipment ADD COLUMN platform_name TEXT
    GENERATED ALWAYS AS (json_extract(answer, '$.order_data.platform_name')) VIRTUAL;
CREATE INDEX shipment_counted ON shipment (
    company_id, environment, created_at, destination_country_alpha2, umbrella_name, platform_name,
    label_state, pickup_state, delivery_state
) WHERE shipment_state = 'created' AND label_state <> 'not_created';
