"""What is sent, in kilograms and centimetres, whatever units the request speaks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

_KILOGRAMS = {
    "kg": Decimal(1),
    "g": Decimal("0.001"),
    "lb": Decimal("0.45359237"),
    "oz": Decimal("0.028349523125"),
}
_CENTIMETRES = {"cm": Decimal(1), "in": Decimal("2.54")}
_PLACES = Decimal("0.00000001")
_SIDES = ("length", "width", "height")


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """What one unit of the request is in kilograms and in centimetres."""

    weight: Decimal = Decimal(1)
    length: Decimal = Decimal(1)

    def kilograms(self, value: float) -> Decimal:
        """Change a weight of the request into kilograms."""
        return (Decimal(str(value)) * self.weight).quantize(_PLACES).normalize()

    def size(self, sides: Mapping[str, float]) -> "Size":
        """Change sides of the request into centimetres; a missing side is 0."""
        length, width, height = (
            (Decimal(str(sides.get(side, 0))) * self.length).quantize(_PLACES).normalize() for side in _SIDES
        )
        return Size(length=length, width=width, height=height)


def units(settings: Mapping[str, Any]) -> Units:
    """Read `shipping_settings`: kilograms and centimetres unless it says otherwise."""
    named = settings.get("units", {})
    return Units(weight=_KILOGRAMS[named.get("weight", "kg")], length=_CENTIMETRES[named.get("dimensions", "cm")])


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Length, width and height in centimetres."""

    length: Decimal
    width: Decimal
    height: Decimal

    @property
    def volume(self) -> Decimal:
        """Cubic centimetres."""
        return self.length * self.width * self.height

    def as_json(self) -> dict[str, float]:
        """Give the sides as the API shows them."""
        return {"height": float(self.height), "length": float(self.length), "width": float(self.width)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A parcel with its total weight in kilograms and its box; `sent` is the request's parcel."""

    weight: Decimal
    size: Size
    sent: Mapping[str, Any]

    def chargeable(self, divisor: int) -> Decimal:
        """Give the weight that is paid for: the larger of actual and volume weight; a divisor of 0 ignores volume."""
        return max(self.weight, self.size.volume / divisor) if divisor else self.weight


def measure(parcels: Sequence[Mapping[str, Any]], in_units: Units) -> tuple[Parcel, ...]:
    """Measure a request's parcels; they have passed the rules, so weight and size can be had."""
    return tuple(_parcel(parcel, in_units) for parcel in parcels)


def sized(box: Mapping[str, Any] | None) -> bool:
    """Tell whether a box has all three sides."""
    return box is not None and all(side in box for side in _SIDES)


def _parcel(sent: Mapping[str, Any], in_units: Units) -> Parcel:
    if "total_actual_weight" in sent:
        weight = in_units.kilograms(sent["total_actual_weight"])
    else:
        weights = (in_units.kilograms(item["actual_weight"]) * item.get("quantity", 1) for item in sent["items"])
        weight = sum(weights, Decimal())
    box = sent.get("box")
    size = in_units.size(box) if box is not None and sized(box) else _packed(sent["items"], in_units)
    return Parcel(weight=weight, size=size, sent=sent)


def _packed(items: Sequence[Mapping[str, Any]], in_units: Units) -> Size:
    stacks = [_stack(in_units.size(item["dimensions"]), item.get("quantity", 1)) for item in items]
    return Size(
        length=max(stack.length for stack in stacks),
        width=max(stack.width for stack in stacks),
        height=sum((stack.height for stack in stacks), Decimal()),
    )


def _stack(piece: Size, quantity: int) -> Size:
    """Pack equal pieces: two lie beside each other with one turned, and pairs lie on pairs.

    One documented answer shows the pair: two of 14.75 x 7.15 x 0.785 came back as 21.9 x 14.75 x 0.785.
    """
    height, width, length = sorted((piece.length, piece.width, piece.height))
    if quantity == 1:
        return Size(length=length, width=width, height=height)
    return Size(length=length + width, width=length, height=height * ((quantity + 1) // 2))
