"""A workshop in full swing at mid-morning, made by the room's verbs: for pictures and for counts."""

from datetime import timedelta
from types import SimpleNamespace

from apps.capacity.models import Absence, Holder, Reservation
from apps.core import clock
from apps.workorders.models import WorkOrder
from apps.workshop import services
from apps.workshop.models import Clocking, Job
from tests.capacity import factories as capacity
from tests.cast import person
from tests.workorders.factories import labour, make_authorised_order, make_vehicle, make_visit, part

BAYS = (
    ("快保 1", "express"), ("快保 2", "express"), ("1 号举升机", "general"), ("2 号举升机", "general"),
    ("3 号举升机", "general"), ("4 号举升机", "general"), ("5 号举升机", "general"),
    ("6 号举升机", "general"),
    ("诊断工位", "diagnosis"), ("四轮定位", "alignment"), ("钣金 1", "body"), ("烤漆房", "paint"),
)  # fmt: skip
PEOPLE = ("周建华", "李国强", "陈志远", "吴海涛", "郑小军", "孙立新", "冯大伟", "赵铁柱")
PLATES = ("浙A8K236", "浙AD12345", "沪B88K29", "浙AF09821", "苏E9F331", "浙A0P6Q8", "浙C7712L", "浙AZ5519")


def busy_day(cast) -> SimpleNamespace:
    """Bays, people and jobs in every state; returns ``bays``, ``people`` (users), ``techs`` (resources)."""
    capacity.hours(cast.store)
    bays = [capacity.bay(cast.store, name, kind, order=n) for n, (name, kind) in enumerate(BAYS)]
    cast.technician.name = PEOPLE[0]
    cast.technician.save()
    users = [cast.technician]
    users += [person("technician", cast.store, cast.group, f"t{n}", name=PEOPLE[n]) for n in range(1, 8)]
    skills = ("general", "electrical", "engine", "body", "paint")
    techs = [
        capacity.technician(cast.store, user, *skills, team=f"{'一二'[n // 4]}组", order=n)
        for n, user in enumerate(users)
    ]
    house = SimpleNamespace(cast=cast, bays=bays, people=users, techs=techs)
    _fill(house)
    return house


def _job(house, plate, name, hours, promise_in, *, words="", parts=(), model=None, **operation):
    cast = house.cast
    vehicle = make_vehicle(cast, plate=plate)
    spec = labour(cast, hours, name=name)
    for key, value in operation.items():
        setattr(spec.operation, key, value)
    spec.operation.save()
    order = make_authorised_order(cast, [spec, *parts], visit=make_visit(cast, vehicle), customer_words=words)
    promised = clock.now().replace(second=0, microsecond=0) + timedelta(minutes=promise_in)
    promised -= timedelta(minutes=promised.minute % 15)
    WorkOrder.objects.filter(pk=order.pk).update(promised_at=promised)
    services.open_jobs(order)
    return Job.objects.for_pages().get(order=order)


def _plan(house, job, bay, tech, minutes):
    at = clock.now() + timedelta(minutes=minutes)
    job.dispatch(house.bays[bay], house.techs[tech], at, by=house.cast.dispatcher)
    job.tick_protection(by=house.cast.dispatcher)
    return job


def _started(house, job, bay, tech, ago):
    """Running since ``ago`` minutes; the past cannot be planned, so the rows are set back."""
    _plan(house, job, bay, tech, 0)
    job.start(technician=house.people[tech], by=house.people[tech])
    back = clock.now() - timedelta(minutes=ago)
    length = job.planned_until - job.planned_from
    Job.objects.filter(pk=job.pk).update(
        planned_from=back, planned_until=back + length, started_at=back, protection_ticked_at=back
    )
    Clocking.objects.filter(job=job).update(started_at=back)
    for row in job.holder.reservations.all():
        row.during = (back, back + length)
        row.save()
    job.refresh_from_db()
    return job


def _fill(house):
    oil = part(house.cast, "68.00")
    disc = part(house.cast, "486.00", stocked=0, name="前制动盘", quantity=2)
    _started(
        house,
        _job(house, PLATES[0], "保养套餐 A（机油机滤）", "0.8", 90, parts=[oil], bay_kind="express"),
        0,
        0,
        35,
    )
    _started(house, _job(house, PLATES[1], "高压系统检测", "1.5", 200), 2, 1, 20)
    _started(house, _job(house, PLATES[2], "正时链条异响检修与更换", "3.5", 100), 3, 2, 75)
    paused = _started(
        house, _job(house, PLATES[3], "更换前制动盘和制动片", "2.0", 300, parts=[disc]), 4, 3, 100
    )
    paused.pause("parts", by=house.people[3])
    asked = _started(
        house, _job(house, PLATES[4], "空调不制冷检查", "1.2", 240, bay_kind="diagnosis"), 8, 4, 50
    )
    asked.pause("approval", by=house.people[4])
    done = _started(house, _job(house, PLATES[5], "四轮定位", "1.0", 60, bay_kind="alignment"), 9, 5, 80)
    done.finish(by=house.people[5], work_done="定位数据合格")
    _started(house, _job(house, PLATES[6], "左后翼子板钣金修复", "6.0", 1500, bay_kind="body"), 10, 6, 110)
    _plan(house, _job(house, "浙A2L77M", "变速箱油更换", "1.5", 260), 2, 1, 100)
    _plan(house, _job(house, "浙AB3K09", "更换蓄电池", "0.5", 130, bay_kind="express"), 0, 0, 30)
    _plan(house, _job(house, "浙A66G21", "全车喷漆（单面四幅）", "4.0", 560, bay_kind="paint"), 11, 7, 60)
    _plan(
        house,
        _job(house, "沪AD30871", "底盘异响检查，四轮拆检，悬架衬套磨损测量与紧固", "2.5", 310),
        5,
        5,
        45,
    )
    _plan(house, _job(house, "浙A9C4E1", "更换火花塞", "1.0", 150), 7, 4, 60)
    _job(
        house,
        "浙A1R88K",
        "保养套餐 B（含刹车油、冷却液）",
        "1.5",
        150,
        words="冷车启动抖动，热车正常；空调有异味。",
    )
    _job(house, "浙AF77120", "更换雨刮片和空调滤芯", "0.4", 45, bay_kind="express")
    _job(house, "苏A22Q18", "发动机故障灯亮，读取故障码并检修", "2.0", 330)
    _job(house, "浙A5T0W3", "更换正时皮带套件与水泵", "4.5", 400, parts=[disc])
    for n in (6, 7):
        Absence.objects.create(
            resource=house.bays[n] if n == 7 else house.techs[7],
            during=(clock.at(clock.today(), 8), clock.at(clock.today(), 9, 30)),
            reason="举升机年检" if n == 7 else "培训",
        )
    _booked(house, 6, 150, 120, "预约 浙A3M55D 首保")
    _booked(house, 1, 40, 60, "预约 浙AF10238 快保")


def _booked(house, bay, minutes, length, label):
    """Time that an appointment holds."""
    start = clock.now() + timedelta(minutes=minutes)
    holder = Holder.objects.create(store=house.cast.store, label=label, created_at=clock.now())
    during = (start, start + timedelta(minutes=length))
    Reservation.objects.create(holder=holder, resource=house.bays[bay], during=during)
