"""More things for the desk: wholesale orders at every step of their way, and work orders."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any

from shiphero_client import ORDER
from shiphero_things import Things

_LAYOUT = {"type": "Package", "details": {"height": 10, "length": 12, "width": 8, "weight_in_oz": 96}}
_numbers = count(1)


@dataclass
class AllThings(Things):
    """The things of the desk and those of wholesale and of assemblies; ``option`` is how wholesale orders go out."""

    option: str = "COURIER"

    async def wholesale_order(self) -> Any:
        """Make a wholesale order of a product that lies in a location; gives the id of the order behind it."""
        line = {"sku": await self.get("located_sku"), "partner_line_item_id": "w-1", "quantity": 2, "price": "4.00"}
        line["warehouse_id"] = await self.get("warehouse")
        number = f"W-{next(_numbers)}"
        made = await self.run(
            "create_wholesale_order",
            **{**ORDER, "order_number": number, "line_items": [line], "shipping_option": self.option},
        )
        return made["order_id"]

    async def staging_location(self) -> Any:
        """Make a location where orders are staged."""
        return (await self._location(pickable=False, sellable=True, staging=True))["id"]

    async def allocated_wholesale_order(self) -> Any:
        """Choose where it is staged and from which shelves it is picked."""
        made = await self.get("wholesale_order")
        place = await self.get("staging_location")
        await self.run("set_wholesale_staging_location", order_id=made, staging_location_id=place)
        await self.run("allocate_wholesale_order", order_id=made)
        return made

    async def released_wholesale_order(self) -> Any:
        """Release it for picking."""
        made = await self.get("allocated_wholesale_order")
        await self.run("release_wholesale_order", order_id=made)
        return made

    async def staged_wholesale_order(self) -> Any:
        """Bring its picks to staging."""
        made = await self.get("released_wholesale_order")
        await self.run("stage_wholesale_order", order_id=made)
        return made

    async def packing_data(self) -> Any:
        """Say how the staged order is packed."""
        await self.get("staged_wholesale_order")
        box = {**_LAYOUT, "line_items": [{"sku": await self.get("located_sku"), "quantity": 2}]}
        return {"containers": [{**_LAYOUT, "type": "Pallet", "containers": [box]} if self.option == "FREIGHT" else box]}

    async def laid_out_wholesale_order(self) -> Any:
        """Say how it is packed."""
        made = await self.get("staged_wholesale_order")
        await self.run("import_wholesale_packing_layout", order_id=made, packing_data=await self.get("packing_data"))
        return made

    async def packed_wholesale_order(self) -> Any:
        """Pack it."""
        made = await self.get("laid_out_wholesale_order")
        await self.run("pack_wholesale_order", order_id=made)
        return made

    async def freight_order(self) -> Any:
        """Pack an order that goes out on a pallet."""
        self.option = "FREIGHT"
        return await self.get("packed_wholesale_order")

    async def labelled_wholesale_order(self) -> Any:
        """Make its labels."""
        made = await self.get("packed_wholesale_order")
        await self.run("generate_wholesale_labels", order_id=made)
        self.desk.twin.clock_advance("10s")
        return made

    async def _work_order(self, **more: Any) -> Any:
        house = await self.get("warehouse")
        return await self.run("create_work_order", warehouse_id=house, requested_date="2030-01-15", **more)

    async def work_order(self) -> Any:
        """Ask for work."""
        made = await self._work_order(type="CUSTOM", name=f"work-{next(_numbers)}")
        self.found["work_order_number"] = made["legacy_id"]
        return made["id"]

    async def work_order_number(self) -> None:
        """Give the number of a work order."""
        await self.get("work_order")

    async def assembly_work_order(self) -> Any:
        """Ask for an assembly."""
        sku = await self.get("assembly_sku")
        return (await self._work_order(type="ASSEMBLY", assembly_sku={"sku": sku, "quantity": 1}))["id"]

    async def fee_work_order(self) -> Any:
        """Ask for work that costs something."""
        made = await self.get("work_order")
        fee = {"labor_unit": "HOURS", "unit_rate": "25.00", "quantity": "2"}
        after = await self.run("add_work_order_fees", work_order_id=made, fees=[fee])
        self.found["fee"] = after["fees"][0]["id"]
        return made

    async def fee(self) -> None:
        """Give a fee of a work order."""
        await self.get("fee_work_order")
