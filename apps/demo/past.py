"""The days before: cars that went home, callbacks that were answered or are due today."""

from __future__ import annotations

from datetime import date, timedelta

from apps.callbacks.models import PostRepair
from apps.callbacks.services import order_of
from apps.calls.models import Call
from apps.core import workdays
from apps.demo.house import House
from apps.demo.texts import people
from apps.demo.time import Clock
from apps.demo.way import Way, answer_callback, deliver_events
from apps.workorders.services import LineSpec

BAYS = [("general", 1), ("general", 2), ("general", 3)]
TECHNICIANS = ["tech1", "tech2", "tech3"]
BASE = {"advisor": 9, "advisor2": 8, "advisor3": 7}
"""How content the customers of each advisor are, about."""


def lay(house: House, clock: Clock, *, answered: int = 15, due: int = 6) -> None:
    """``answered`` orders whose callback was made, and ``due`` whose callback is due today."""
    for n in range(answered):
        _order(house, clock, n, days_ago=_workdays_ago(clock.day, 7 + n // 5))
    for n in range(due):
        _order(house, clock, answered + n, days_ago=_workdays_ago(clock.day, 4))
    clock.to(clock.at(8))
    deliver_events(clock)
    _answer(house, clock, answered)


def days(day: date, *, answered: int = 15, due: int = 6) -> set[date]:
    """The days before ``day`` on which ``lay`` has cars."""
    agos = {_workdays_ago(day, 7 + n // 5) for n in range(answered)}
    if due:
        agos.add(_workdays_ago(day, 4))
    return {day - ago * timedelta(days=1) for ago in agos}


def _workdays_ago(day: date, n: int) -> int:
    back = workdays.add_workdays(day, -n)
    return (day - back) // timedelta(days=1)


def _order(house: House, clock: Clock, n: int, *, days_ago: int) -> None:
    """One delivered order; a morning car."""
    clock.to(clock.at(8, 5, days=-days_ago))
    advisor = house.advisors[n % 3]
    lane = n % 3
    way = Way(house, clock, house.car(advisor), arrives_at=clock.at(8 + n % 5, 10 + lane, days=-days_ago))
    way.arrive(waits=True).receive(people.WORDS[n % len(people.WORDS)])
    way.estimate(LineSpec(operation=house.operation("BY009")), LineSpec(part=house.part("YC-1001")))
    way.options(wants_wash=False)
    way.sign().issue()
    way.dispatch(BAYS[lane], TECHNICIANS[lane]).work().hand_to_qc().check()
    way.settle().pay(("wechat", "cash", "card")[lane]).go_home()


def _answer(house: House, clock: Clock, wanted: int) -> None:
    """The oldest callbacks were made by the agent on their first day, with the survey."""
    for n, call in enumerate(Call.objects.filter(queue="post_repair").order_by("opens_on", "pk")[:wanted]):
        days = (call.opens_on - clock.day) // timedelta(days=1)
        if days >= 0:
            return
        clock.to(clock.at(10, n % 5 * 8, days=days))
        order = order_of(call)
        answer_callback(call, house["agent"], _scores(house, order.advisor.username), order)
        PostRepair.objects.create(
            store_id=call.store_id,
            call=call,
            order=order,
            solved=PostRepair.Solved.YES,
            satisfaction=min(10, BASE[order.advisor.username] + 1),
            suggestions=people.SUGGESTIONS[n % len(people.SUGGESTIONS)],
        )


def _scores(house: House, advisor: str) -> dict[str, object]:
    base = BASE[advisor]
    codes = (
        "booking",
        "greeting",
        "advisor",
        "facility",
        "quality",
        "price",
        "hand_back",
        "follow_up",
        "overall",
    )
    scores: dict[str, object] = {c: max(1, min(10, base + house.dice.choice((-1, 0, 0, 1)))) for c in codes}
    return scores | {"listened": base > 7 or house.dice.random() < 0.6, "recommend": base > 7}
