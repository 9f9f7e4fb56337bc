"""Orders, made by the room's verbs. People and cars are made here too unless they are passed in."""

from decimal import Decimal
from io import BytesIO
from itertools import count

from PIL import Image, ImageDraw

from apps.catalog.models import Brand, LabourOperation, Package, PackageLine, VehicleModel, WorkKind
from apps.core import clock
from apps.customers.models import Customer, StoreAccess, Vehicle
from apps.reception.models import Visit
from apps.workorders import services
from apps.workorders.models import WorkOrder
from apps.workorders.services import LineSpec
from tests.parts.factories import make_part, make_stock
from tests.reception.factories import make_visit as reception_visit

_numbers = count(1)


def make_vehicle(cast, name: str = "王晓明", plate: str = "", **fields) -> Vehicle:
    """A car with an owner whom ``cast.store`` may see."""
    n = next(_numbers)
    brand, _ = Brand.objects.get_or_create(group=cast.group, name="东湖")
    model, _ = VehicleModel.objects.get_or_create(brand=brand, name="远航 1.5T")
    owner = Customer.objects.create(
        group=cast.group, number=f"WK{n:05d}", name=name, phone=f"+86138{n:08d}", advisor=cast.advisor
    )
    StoreAccess.objects.create(store=cast.store, customer=owner, reason="arrival", since=clock.now())
    fields.setdefault("vin", f"LSVAB2189E2{n:06d}")
    return Vehicle.objects.create(
        group=cast.group, plate=plate or f"浙A{n:05d}", model=model, owner=owner, odometer_km=23_456, **fields
    )


def make_visit(cast, vehicle: Vehicle | None = None, **fields) -> Visit:
    """A visit in reception."""
    return reception_visit(cast, vehicle=vehicle or make_vehicle(cast), **fields)


def make_operation(cast, name: str = "更换机油机滤", hours: str = "0.5", **fields) -> LabourOperation:
    """A labour operation of the cast's group."""
    fields.setdefault("code", f"L-{next(_numbers):05d}")
    fields.setdefault("work_kind", WorkKind.MAINTENANCE)
    return LabourOperation.objects.create(
        group=cast.group, name=name, flat_rate_hours=Decimal(hours), **fields
    )


def make_package(cast, *things, name: str = "小保养套餐") -> Package:
    """A package of operations and parts."""
    package = Package.objects.create(group=cast.group, code=f"K-{next(_numbers):04d}", name=name)
    for thing in things:
        kind = "operation" if isinstance(thing, LabourOperation) else "part"
        PackageLine.objects.create(package=package, **{kind: thing})
    return package


def labour(cast, hours: str = "0.5", **fields) -> LineSpec:
    """A labour line; ``name`` names its operation, other fields are the line's."""
    operation = make_operation(cast, fields.pop("name", "更换机油机滤"), hours)
    return LineSpec(operation=operation, **fields)


def part(cast, price: str = "68.00", *, stocked: int = 10, **fields) -> LineSpec:
    """A part line with ``stocked`` of it on the shelf."""
    thing = make_part(cast, fields.pop("name", "机油滤清器"), price)
    if stocked:
        make_stock(cast, thing, stocked)
    return LineSpec(part=thing, **fields)


def make_order(cast, lines: list[LineSpec] | None = None, visit: Visit | None = None, **fields) -> WorkOrder:
    """An estimate of ``cast.advisor``: one labour and one part line unless told otherwise."""
    if lines is None:
        lines = [labour(cast), part(cast)]
    if visit is None and "vehicle" not in fields:
        visit = make_visit(cast)
    fields.setdefault("by", cast.advisor)
    fields.setdefault("store", cast.store)
    return services.open_order(visit=visit, lines=lines, **fields)


def make_authorised_order(cast, lines: list[LineSpec] | None = None, **fields) -> WorkOrder:
    """An order whose every line the customer has signed on screen."""
    order = make_order(cast, lines, **fields)
    return sign(cast, order)


def sign(cast, order: WorkOrder, **fields) -> WorkOrder:
    """Freeze the order as it stands and have the customer sign; the same order, fresh."""
    version = services.freeze(order, by=cast.advisor)
    services.authorise(
        version,
        **{
            "method": "signature",
            "given_by": order.customer.name,
            "by": cast.advisor,
            "signature": signature_png(),
            **fields,
        },
    )
    order.refresh_from_db()
    return order


def signature_png() -> bytes:
    """A scribble."""
    image = Image.new("RGBA", (300, 100), (0, 0, 0, 0))
    ImageDraw.Draw(image).line([(20, 60), (90, 20), (150, 80), (270, 35)], fill=(20, 30, 60, 255), width=4)
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
