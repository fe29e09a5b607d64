"""SKUs: how two of them are compared."""


def sku_key(sku: str) -> str:
    """Give the form in which SKUs are compared: without outer blanks, in lower case."""
    return sku.strip().lower()
