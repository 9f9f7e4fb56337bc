"""The search box, as people type into it."""

from __future__ import annotations

from urllib.parse import quote

from apps.accounts.models import User
from apps.core import pinyin
from apps.customers.models import Vehicle
from apps.desk.models.search import fold
from bench.figures.base import Job, Size, bare, product
from bench.measure import Figure, side_by_side

N = 40


def search_ratio(size: Size) -> dict[str, Figure]:
    """The worst of four ways to look for a car of the long history."""
    user = User.objects.get(username="advisor")
    ours, floor = product(user, hx_request="true"), bare(user)
    car = Vehicle.objects.visible_to(user).select_related("owner").filter(plate__endswith="77").last()
    texts = {
        "plate tail": car.plate[-4:],
        "name": car.owner.name,
        "phone tail": fold(car.owner.phone)[-4:],
        "pinyin initials": pinyin.initials(car.owner.name),
    }
    taken = {}
    for name, text in texts.items():
        q = quote(text)
        taken[name] = side_by_side(
            lambda q=q: ours.get(f"/search/?q={q}"), lambda q=q: floor.get(f"/floor/search/?q={q}"), n=N
        )
    worst = max(taken, key=lambda name: taken[name][0] / taken[name][1])
    a, b = taken[worst]
    note = ", ".join(f"{name} {a:.1f}/{b:.1f} ms" for name, (a, b) in taken.items())
    return {"search_ratio": Figure(a / b, 2, "×", N * len(texts), floor=b, note=note)}


JOBS = [Job(("search_ratio",), "the search box, over a bare view with one statement by hand", search_ratio)]
