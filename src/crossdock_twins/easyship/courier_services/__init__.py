"""The services of couriers: lists, how long they take, when they come for parcels."""
