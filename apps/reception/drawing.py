"""The car drawing's geometry: an unfolded car, seen from above, its sides folded outwards.

The front points left; the car's left side lies below, its right side above, front and rear
view at the ends. The drawing is symmetric about its middle line, so the right half of the
car is the left half mirrored. A zone may show in several views and so has several polygons.
The page draws the same polygons as targets, so browser and server agree on every tap.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext_lazy as _

WIDTH, HEIGHT = 1200, 800
"""The drawing's own units."""

Point = tuple[float, float]
Polygon = tuple[Point, ...]

SIDES = {
    "front": _("Front"),
    "left": _("Left side"),
    "roof": _("Roof"),
    "right": _("Right side"),
    "rear": _("Rear"),
}


@dataclass(frozen=True)
class Zone:
    """A part of the car that can be marked; ``anchor`` is where a mark without a place goes."""

    code: str
    side: str
    label: Any
    polygons: tuple[Polygon, ...]
    anchor: Point

    @property
    def points(self) -> list[str]:
        """Each polygon as the SVG attribute ``points``."""
        return [" ".join(f"{x:g},{y:g}" for x, y in polygon) for polygon in self.polygons]


def _box(x1: float, y1: float, x2: float, y2: float) -> Polygon:
    return ((x1, y1), (x2, y1), (x2, y2), (x1, y2))


def _disc(cx: float, cy: float, r: float) -> Polygon:
    steps = [math.tau * i / 20 for i in range(20)]
    return tuple((round(cx + r * math.cos(a), 1), round(cy + r * math.sin(a), 1)) for a in steps)


def _mirror(polygon: Polygon) -> Polygon:
    return tuple((x, HEIGHT - y) for x, y in polygon)


def _twice(polygon: Polygon) -> tuple[Polygon, Polygon]:
    return polygon, _mirror(polygon)


_MIDDLE = (
    Zone(
        "front_bumper",
        "front",
        _("Front bumper"),
        (
            _box(40, 276, 112, 524),
            ((286, 330), (308, 296), (332, 288), (322, 400), (332, 512), (308, 504), (286, 470)),
            *_twice(((286, 692), (300, 676), (324, 668), (344, 690), (354, 752), (294, 752))),
        ),
        (66, 400),
    ),
    Zone(
        "bonnet",
        "front",
        _("Bonnet"),
        (
            ((332, 304), (454, 304), (440, 400), (454, 496), (332, 496), (322, 400)),
            ((112, 345), (138, 284), (168, 298), (168, 502), (138, 516), (112, 455)),
        ),
        (385, 400),
    ),
    Zone(
        "windscreen",
        "front",
        _("Windscreen"),
        (
            ((454, 302), (542, 318), (532, 400), (542, 482), (454, 498), (440, 400)),
            ((168, 298), (216, 328), (226, 400), (216, 472), (168, 502)),
        ),
        (490, 400),
    ),
    Zone(
        "roof", "roof", _("Roof"), (((542, 302), (702, 302), (702, 498), (542, 498), (532, 400)),), (620, 400)
    ),
    Zone(
        "rear_window",
        "rear",
        _("Rear window"),
        (
            ((702, 302), (786, 308), (794, 400), (786, 492), (702, 498)),
            ((974, 400), (984, 328), (1036, 300), (1036, 500), (984, 472)),
        ),
        (745, 400),
    ),
    Zone(
        "boot",
        "rear",
        _("Boot lid"),
        (
            ((786, 304), (880, 304), (890, 400), (880, 496), (786, 496), (794, 400)),
            _box(1036, 284, 1098, 516),
        ),
        (838, 400),
    ),
    Zone(
        "rear_bumper",
        "rear",
        _("Rear bumper"),
        (
            _box(1098, 276, 1162, 524),
            ((880, 296), (900, 304), (914, 350), (914, 450), (900, 496), (880, 504), (890, 400)),
            *_twice(((884, 650), (906, 660), (914, 700), (910, 752), (864, 752), (872, 690))),
        ),
        (1130, 400),
    ),
    Zone("grille", "front", _("Grille"), (_box(78, 348, 122, 452),), (100, 400)),
)

_LEFT = (
    (
        "front_wing",
        (_("Left front wing"), _("Right front wing")),
        (
            ((324, 668), (452, 642), (470, 646), (470, 752), (354, 752), (344, 690)),
            _box(332, 496, 462, 526),
        ),
        (400, 672),
    ),
    (
        "front_door",
        (_("Left front door"), _("Right front door")),
        (_box(470, 644, 617, 736), _box(462, 498, 617, 526)),
        (543, 690),
    ),
    (
        "rear_door",
        (_("Left rear door"), _("Right rear door")),
        (((617, 644), (744, 644), (740, 682), (720, 716), (716, 736), (617, 736)), _box(617, 498, 744, 526)),
        (675, 690),
    ),
    (
        "rear_wing",
        (_("Left rear wing"), _("Right rear wing")),
        (
            (
                (744, 644),
                (784, 628),
                (884, 646),
                (872, 690),
                (864, 752),
                (716, 752),
                (720, 716),
                (740, 682),
            ),
            _box(744, 496, 884, 526),
        ),
        (826, 672),
    ),
    ("sill", (_("Left sill"), _("Right sill")), (_box(458, 736, 722, 758),), (590, 746)),
    (
        "front_glass",
        (_("Left front window"), _("Right front window")),
        (((452, 644), (500, 606), (540, 588), (614, 578), (617, 644)),),
        (560, 618),
    ),
    (
        "rear_glass",
        (_("Left rear window"), _("Right rear window")),
        (((614, 578), (690, 582), (740, 600), (784, 630), (744, 644), (617, 644)),),
        (675, 614),
    ),
    (
        "front_wheel",
        (_("Left front wheel"), _("Right front wheel")),
        (_disc(409, 733, 46), _box(22, 486, 50, 518)),
        (409, 733),
    ),
    (
        "rear_wheel",
        (_("Left rear wheel"), _("Right rear wheel")),
        (_disc(772, 733, 46), _box(1150, 486, 1178, 518)),
        (772, 733),
    ),
    (
        "headlamp",
        (_("Left headlamp"), _("Right headlamp")),
        (((110, 452), (128, 446), (142, 514), (108, 522)), ((298, 678), (338, 668), (334, 690), (302, 696))),
        (124, 492),
    ),
    (
        "tail_lamp",
        (_("Left tail lamp"), _("Right tail lamp")),
        (
            ((1048, 452), (1084, 452), (1090, 520), (1048, 514)),
            ((866, 652), (906, 658), (908, 678), (868, 672)),
        ),
        (1068, 490),
    ),
    (
        "mirror",
        (_("Left mirror"), _("Right mirror")),
        (_box(468, 630, 502, 656), _box(462, 524, 496, 548), _box(156, 508, 184, 536)),
        (478, 536),
    ),
)


def _side_zones() -> list[Zone]:
    zones = []
    for part, (left, right), polygons, anchor in _LEFT:
        side = {"headlamp": "front", "tail_lamp": "rear"}.get(part)
        zones.append(Zone(f"left_{part}", side or "left", left, polygons, anchor))
        zones.append(
            Zone(
                f"right_{part}",
                side or "right",
                right,
                tuple(_mirror(p) for p in polygons),
                (anchor[0], HEIGHT - anchor[1]),
            )
        )
    return zones


ZONES: dict[str, Zone] = {zone.code: zone for zone in (*_MIDDLE, *_side_zones())}
"""By code, the lowest layer first: what comes later lies on top."""


def label(code: str) -> str:
    """The zone in words; an unknown code as it is (an old record must still be readable)."""
    zone = ZONES.get(code)
    return str(zone.label) if zone else code


def by_side() -> list[tuple[Any, list[Zone]]]:
    """``[(side label, zones)]`` in the order of a walk around the car."""
    return [(name, [z for z in ZONES.values() if z.side == side]) for side, name in SIDES.items()]


def from_per_mille(x: float, y: float) -> Point:
    """The drawing's own units of a place in per mille."""
    return x * WIDTH / 1000, y * HEIGHT / 1000


def anchor_of(code: str) -> tuple[int, int]:
    """Per mille of the zone's anchor. Raises KeyError for an unknown zone."""
    x, y = ZONES[code].anchor
    return round(x * 1000 / WIDTH), round(y * 1000 / HEIGHT)


@lru_cache(maxsize=4096)
def zone_at(x: int, y: int) -> str:
    """The zone at a place in per mille: the topmost that contains it, else the nearest one.

    The right half is judged as the left half's mirror: on an edge both then answer alike.
    """
    if y < 500:
        return zone_at(x, 1000 - y).replace("left_", "right_")
    point = from_per_mille(x, y)
    for zone in reversed(ZONES.values()):
        if any(_inside(point, polygon) for polygon in zone.polygons):
            return zone.code
    return min(ZONES.values(), key=lambda z: min(_distance(point, p) for p in z.polygons)).code


def _inside(point: Point, polygon: Polygon) -> bool:
    px, py = point
    inside = False
    for (x1, y1), (x2, y2) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        if (y1 > py) != (y2 > py) and px < (x2 - x1) * (py - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def _distance(point: Point, polygon: Polygon) -> float:
    edges = zip(polygon, polygon[1:] + polygon[:1], strict=True)
    return min(_to_edge(point, a, b) for a, b in edges)


def _to_edge(point: Point, a: Point, b: Point) -> float:
    (px, py), (ax, ay), (bx, by) = point, a, b
    length_squared = (bx - ax) ** 2 + (by - ay) ** 2
    share = ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / length_squared if length_squared else 0
    share = min(1, max(0, share))
    return math.hypot(px - ax - share * (bx - ax), py - ay - share * (by - ay))
