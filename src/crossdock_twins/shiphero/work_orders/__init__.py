"""Work orders: assemblies to be made of components, and other work, with their fees."""
