"""Local Easyship and ShipHero that behave like the real ones, with a clock to turn and faults to switch on."""
