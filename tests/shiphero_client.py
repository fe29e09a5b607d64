"""A client of ShipHero's API, as an integration has one: a bearer token and POST with JSON."""

from dataclasses import dataclass, field
from typing import Any

from twins import Reply, ShipheroTwin, fetch

ORDER = {
    "order_number": "11223344",
    "partner_order_id": "ext-11223344",
    "shop_name": "ExampleShop",
    "order_date": "2026-02-03",
    "total_price": "20.00",
    "email": "ada@mail.example",
    "shipping_address": {
        "first_name": "Ada",
        "last_name": "Lovelace",
        "address1": "1 Main St",
        "city": "New York",
        "state": "NY",
        "zip": "10001",
        "country": "US",
    },
    "line_items": [{"sku": "A-1", "partner_line_item_id": "11223344-1", "quantity": 2, "price": "10.00"}],
}


@dataclass
class Client:
    """Calls `/graphql` of one host with one token."""

    api: str
    token: str = field(repr=False)

    def post(self, query: str, variables: Any = None, **members: Any) -> Reply:
        """Send a document and give the whole reply."""
        data = {"query": query, "variables": variables, **members}
        return fetch(f"{self.api}/graphql", method="POST", headers={"Authorization": f"Bearer {self.token}"}, data=data)

    def answer(self, query: str, variables: Any = None) -> dict[str, Any]:
        """Send a document that is understood, and give its answer, which may hold errors."""
        reply = self.post(query, variables)
        assert reply.status == 200, reply.text()
        answer: dict[str, Any] = reply.json()
        return answer

    def data(self, query: str, variables: Any = None) -> Any:
        """Send a document that works, and give its data."""
        answer = self.answer(query, variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def error(self, query: str, variables: Any = None) -> dict[str, Any]:
        """Send a document that fails in one operation, and give the one error."""
        errors: list[dict[str, Any]] = self.answer(query, variables)["errors"]
        assert len(errors) == 1
        return errors[0]


def new_client(twin: ShipheroTwin, email: str = "crossdock@shop.example", **members: Any) -> Client:
    """Make a developer through the control API and give a client with its token."""
    return Client(twin.api, twin.developer(email, **members)["access_token"])
