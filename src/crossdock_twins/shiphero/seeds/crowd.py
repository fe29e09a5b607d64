"""The people who buy: some once, some again and again, each with one address."""

import json
from collections import deque
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from crossdock_twins.shiphero.seeds.sale import Buyer

_COMES_BACK = 0.46
"""The share of orders that come from somebody who has ordered before."""

_RECENT = 6000


class Crowd:
    """Gives the buyer of one order after another."""

    def __init__(self, names: Mapping[str, Sequence[Any]], dice: Random) -> None:
        self._names = names
        self._dice = dice
        self._known: deque[Buyer] = deque(maxlen=_RECENT)
        self._number = 0

    def next(self) -> Buyer:
        """Give somebody new, or somebody who comes back: mostly one of those who have ordered lately."""
        dice, known = self._dice, self._known
        if known and dice.random() < _COMES_BACK:
            return known[-1 - int(len(known) * dice.random() ** 2)]
        buyer = self._new(self._number)
        self._number += 1
        known.append(buyer)
        return buyer

    def _new(self, number: int) -> Buyer:
        choice = self._dice.choice
        first, last = choice(self._names["first_names"]), choice(self._names["last_names"])
        city, state, postcode = choice(self._names["places"])
        house = 11 + int(self._dice.random() * 880)
        email = f"{first}.{last}.{number + 1}@mail.example".lower()
        address = {
            "first_name": first,
            "last_name": last,
            "company": "",
            "address1": f"{house} {choice(self._names['streets'])}",
            "address2": "",
            "city": city,
            "state": state,
            "state_code": state,
            "zip": postcode,
            "country": "US",
            "country_code": "US",
            "email": email,
            "phone": f"555-01{number % 100:02d}",
        }
        return buyer_of(address)


def buyer_of(address: Mapping[str, str]) -> Buyer:
    """Give the buyer who lives at an order's address."""
    same = {name: address[name] for name in ("address1", "address2", "city", "state", "zip", "country", "phone")}
    delivery = {"name": f"{address['first_name']} {address['last_name']}", **same}
    return Buyer(address["email"], _json(address), _json(delivery))


def _json(value: Mapping[str, str]) -> str:
    return json.dumps(value, separators=(",", ":"))
