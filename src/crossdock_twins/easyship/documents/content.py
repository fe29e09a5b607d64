"""What stands on a shipment's papers, read from its answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crossdock_twins.easyship.reference.tables import COUNTRIES
from crossdock_twins.easyship.state import Environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of goods."""

    description: str
    sku: str
    hs_code: str
    origin: str
    quantity: int
    value: float
    currency: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A shipment as its papers tell it; `remarks` and `fields` are what the sender wants on the label."""

    answer: Mapping[str, Any]
    environment: Environment
    remarks: str

    @property
    def number(self) -> str:
        """The tracking number."""
        trackings = self.answer["trackings"]
        return str(trackings[0]["tracking_number"]) if trackings else str(self.answer["easyship_shipment_id"])

    @property
    def courier(self) -> str:
        """The courier's name."""
        return str((self.answer["courier_service"] or {}).get("umbrella_name", "Courier"))

    @property
    def service(self) -> str:
        """The courier service's name."""
        return str((self.answer["courier_service"] or {}).get("name", ""))

    @property
    def day(self) -> str:
        """The day on which the label was made."""
        return str(self.answer["label_generated_at"] or self.answer["created_at"])[:10]

    @property
    def order(self) -> str:
        """The sender's own number of the order."""
        return str(self.answer["order_data"]["platform_order_number"] or "")

    @property
    def weight(self) -> float:
        """The weight of all parcels, in kilograms."""
        return float(sum(parcel["total_actual_weight"] for parcel in self.answer["parcels"]))

    def lines(self) -> list[Line]:
        """Give all goods, parcel by parcel."""
        return [_line(item) for parcel in self.answer["parcels"] for item in parcel["items"]]

    def totals(self) -> dict[str, float]:
        """Add up the goods' values, by currency."""
        found: dict[str, float] = {}
        for line in self.lines():
            found[line.currency] = found.get(line.currency, 0.0) + line.value * line.quantity
        return found

    def fields(self) -> Iterator[tuple[str, bool]]:
        """Give the texts that the sender adds to the label, and whether each is to be a barcode too."""
        for field in self.answer["shipping_settings"].get("label_customization_fields") or ():
            shown = f"{field['code']}: {field['value']}" if field.get("code") else str(field["value"])
            yield shown, field.get("convert_to_barcode") in {True, "true"}


def address_lines(address: Mapping[str, Any]) -> list[str]:
    """Write an address for a label: who, where, and the country in capitals."""
    country = COUNTRIES.get(address["country_alpha2"])
    place = " ".join(part for part in (address["city"], address.get("state"), address.get("postal_code")) if part)
    names = dict.fromkeys(name for name in (address.get("contact_name"), address.get("company_name")) if name)
    lines = [*names, address["line_1"], address.get("line_2"), place, "" if country is None else country.name.upper()]
    return [line for line in lines if line]


def _line(item: Mapping[str, Any]) -> Line:
    return Line(
        description=item["description"],
        sku=item["sku"] or "",
        hs_code=item["hs_code"] or "",
        origin=item["origin_country_alpha2"] or "",
        quantity=item["quantity"],
        value=item["declared_customs_value"],
        currency=item["declared_currency"],
        weight=item["actual_weight"],
    )
