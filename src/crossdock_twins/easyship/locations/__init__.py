"""Places where couriers take parcels in and hand them out."""
