"""What a product must be to be saved, in sentences such as Rails makes."""

from collections.abc import Mapping
from typing import Any

from crossdock_twins.easyship.reference.tables import CATEGORIES

_LONGEST_PLACE = 80


def product_problems(product: Mapping[str, Any], *, sku_is_taken: bool) -> list[str]:
    """Tell what keeps a product from being saved; `identifier` is the only member that must be there."""
    problems = []
    if not (product.get("identifier") or "").strip():
        problems.append("Identifier can't be blank")
    elif sku_is_taken:
        problems.append("Identifier has already been taken")
    if "item_category_id" in product and product["item_category_id"] not in {row["id"] for row in CATEGORIES}:
        problems.append("Item category must exist")
    if len(product.get("pick_location") or "") > _LONGEST_PLACE:
        problems.append(f"Pick location is too long (maximum is {_LONGEST_PLACE} characters)")
    return problems
