"""The products that a company has saved, and parcels made of them."""
