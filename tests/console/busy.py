"""A busy, realistic floor for the seat window: 30 vehicles, 6 incidents, a call ringing and one in hand."""

import math

from console.local import LocalHub
from console.models.desk import Desk
from console.models.modes import Watch
from console.ports import (
    Found,
    Moved,
    NamedPoint,
    NavigatorMessage,
    NavigatorState,
    Ranked,
    Spelled,
    Suggestions,
    TravelTime,
    Way,
)
from dispatch import commands as cmd
from dispatch.changes import FormChanges
from dispatch.hints import distance_m
from dispatch.kinds import (
    Answer,
    CallResult,
    Centre,
    HowPlaced,
    IntakeOutcome,
    MilestoneKind,
    Need,
    Role,
    SeatKind,
    Severity,
    SuspendReason,
    VehicleKind,
    VehicleState,
)
from dispatch.words import Dispatcher, Hospital, Place, Point, Seat, Station, Vehicle
from telephony.settings import AccountSettings
from telephony.virtual import VirtualPhone

START = 1_795_264_200_000  # 2026-11-21 20:30 in UTC+8
MIN = 60_000
PASSWORDS = {"0101": "zhang", "0102": "li", "0900": "wang"}
CENTRE = Point(126.64, 45.76)
STATIONS = ("中心站", "道里站", "南岗站", "香坊站", "平房站", "松北站", "呼兰站", "阿城站")
HOSPITALS = (
    ("市第一医院", {Centre.CHEST_PAIN, Centre.STROKE, Centre.TRAUMA}),
    ("市第四医院", {Centre.CHEST_PAIN}),
    ("市妇产医院", {Centre.MATERNAL, Centre.NEONATAL}),
    ("省人民医院", {Centre.STROKE, Centre.TRAUMA}),
)
READINGS = {
    "市第一医院": (("shi", "di", "yi", "yi", "yuan"),),
    "省人民医院": (("sheng", "ren", "min", "yi", "yuan"), ("xing", "ren", "min", "yi", "yuan")),
}
KINDS = (VehicleKind.INTENSIVE, VehicleKind.BASIC, VehicleKind.INTENSIVE, VehicleKind.NEGATIVE_PRESSURE)
ADDRESSES = (
    "道里区中央大街与西十二道街交叉口",
    "南岗区学府路 74 号 3 号楼 2 单元 501",
    "香坊区安埠街 18 号幸福小区东门",
    "松北区世茂大道 33 号冰雪世界南门",
    "平房区友协大街哈飞体育馆",
    "道里区友谊路防洪纪念塔",
)
COMPLAINTS = (
    "胸痛 30 分钟",
    "高处坠落，腿部外伤",
    "老人跌倒，髋部疼痛",
    "突发口齿不清",
    "发热、呼吸困难",
    "临产，宫缩规律",
)


class Clock:
    """A clock the test moves."""

    def __init__(self, now: int = START) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


class FakeNavigator:
    """Answers at once, from a short list and by straight line; hands its answers to `tell`."""

    def __init__(self) -> None:
        self.told: list[NavigatorMessage] = [NavigatorState(running=True)]
        self.tell = self.told.append

    def search(self, text: str, near: Point | None) -> None:
        found = [Found(name, _around(at, 0.03), "道里区") for at, name in enumerate(ADDRESSES)]
        hits = tuple(one for one in found if text in one.name or text == "zydj")
        self.tell(Suggestions(text, hits))

    def rank(self, key: str, place: Point, vehicles: dict[str, Point]) -> None:
        times = tuple(
            TravelTime(vid, distance_m(point, place) * 1.4 / 11, distance_m(point, place) * 1.4)
            for vid, point in vehicles.items()
        )
        self.tell(Ranked(key, times))

    def route(self, key: str, place: Point, vehicle_id: str, at: Point) -> None:
        middle = (at.lon, place.lat)
        self.tell(Way(vehicle_id, ((at.lon, at.lat), middle, (place.lon, place.lat)), 300.0))

    def reverse(self, point: Point) -> None:
        self.tell(NamedPoint(point, Place("道里区地图点", point, HowPlaced.MAP)))

    def spell(self, names: tuple[str, ...]) -> None:
        self.tell(Spelled({name: READINGS.get(name, ()) for name in names}))


class Seatful:
    """A seat with its local hub, phone and navigator, wired without processes or timers."""

    def __init__(self, kept=None, keep=lambda kept: "") -> None:
        self.clock = Clock()
        self.hub = LocalHub(self.clock, "s1", PASSWORDS)
        self.heard: list[object] = []
        self.phone = VirtualPhone(self.heard.append, (AccountSettings("desk", "120"),), self.clock)
        self.navigator = FakeNavigator()
        register(self.hub)
        self.desk = Desk(self.hub, self.phone, self.navigator, self.clock, keep, kept)
        self.desk.modes = Watch(self.clock)
        self.phone.start()
        self.hub.load()

    def pump(self) -> None:
        """Give the desk everything that waits, until nothing does."""
        for _ in range(10):
            messages = [*self.hub.drain(), *self.heard, *self.navigator.told]
            self.heard.clear()
            self.navigator.told.clear()
            if not messages:
                return
            for message in messages:
                self.desk.take(message)

    def log_in(self, staff: str = "0101", password: str = "zhang") -> None:
        self.hub.log_in(staff, password)
        self.pump()
        assert self.desk.log_in_answer is not None
        self.desk.sit_down(self.desk.log_in_answer)
        self.desk.log_in_answer = None
        self.pump()

    def pass_time(self, ms: int) -> None:
        self.clock.now += ms
        self.desk.on_time()
        self.pump()


def _around(at: int, spread: float) -> Point:
    turn = at * 2.4
    far = spread * (0.3 + 0.7 * ((at * 37) % 30) / 30)
    return Point(
        round(CENTRE.lon + far * math.cos(turn) * 1.4, 6), round(CENTRE.lat + far * math.sin(turn), 6)
    )


def register(hub: LocalHub) -> None:
    """Master data of the demo city."""
    for at, name in enumerate(STATIONS):
        hub.as_hub(cmd.RegisterStation(Station(f"st{at}", f"{at:02}", name, _around(at * 3, 0.07))))
    for at, (name, centres) in enumerate(HOSPITALS):
        hospital = Hospital(f"h{at}", f"{at:02}", name, _around(at * 5 + 1, 0.05), centres=frozenset(centres))
        hub.as_hub(cmd.RegisterHospital(hospital))
    for at in range(30):
        hub.as_hub(cmd.RegisterVehicle(_vehicle(at)))
    dispatcher, leader = frozenset({Role.DISPATCHER}), frozenset({Role.DISPATCHER, Role.SHIFT_LEADER})
    people = (
        ("d1", "0101", "张敏", dispatcher),
        ("d2", "0102", "李强", dispatcher),
        ("d9", "0900", "王芳", leader),
    )
    for person in people:
        hub.as_hub(cmd.RegisterDispatcher(Dispatcher(*person)))
    for at in range(1, 5):
        hub.as_hub(cmd.RegisterSeat(Seat(f"s{at}", f"{at:02}", "01", SeatKind.CITY)))


def _vehicle(at: int) -> Vehicle:
    number = f"A{at + 1:02}"
    return Vehicle(
        id=f"v{at + 1}",
        number=number,
        plate=f"黑A·{10000 + at * 37}",
        kind=KINDS[at % len(KINDS)],
        station_id=f"st{at % len(STATIONS)}",
        terminal=f"0138000{at:05}" if at % 9 else "",
        state_since=START - at * 7 * MIN,
    )


def busy(seat: Seatful) -> None:
    """Six incidents in different states, one talk in hand with its form half typed, one call ringing."""
    hub, clock = seat.hub, seat.clock
    clock.now -= 22 * MIN
    stages = (9, 6, 4, 2, 1, 0)
    for at in range(6):
        _incident(hub, clock, at, stages[at])
        clock.now += 3 * MIN
    hub.as_hub(cmd.SuspendVehicle("v20", SuspendReason.RESTOCK), seat_id="s2", person="d2")
    hub.as_hub(cmd.SetVehicleState("v21", VehicleState.DECONTAMINATING), seat_id="s2", person="d2")
    hub.as_hub(cmd.SetVehicleState("v30", VehicleState.OFF_DUTY), seat_id="s2", person="d2")
    hub.as_hub(cmd.SetVehicleState("v9", VehicleState.ON_ROAD), seat_id="s2", person="d2")
    for at in range(28):
        point = _around(at * 7 + 2, 0.08)
        age = 90_000 if at == 5 else 3_000
        hub.tell(Moved(f"v{at + 1}", point.lon, point.lat, clock.now + MIN - age, 38.0, float(at * 41 % 360)))
    seat.pump()
    first = seat.phone.ring("13904510001", "张先生")
    seat.pass_time(4_000)
    seat.phone.answer(first)
    seat.pump()
    seat.pass_time(41_000)
    seat.desk.type(
        place=Place("南岗区学府路 74 号 3 号楼 2 单元 501", _around(1, 0.03), HowPlaced.SEARCH),
        waiting_point="学府路小区西门岗亭",
        contact_name="张先生",
        chief_complaint="突发胸痛、大汗约 20 分钟",
        patient_age="62",
        patient_sex="male",
        severity=Severity.CRITICAL,
        conscious=Answer.YES,
        breathing=Answer.YES,
        needs=frozenset({Need.STRETCHER, Need.STAIRS}),
    )
    seat.pass_time(500)
    seat.phone.ring("13804512266")
    seat.pass_time(6_000)
    seat.pass_time(1_000)


def _incident(hub: LocalHub, clock: Clock, at: int, steps: int) -> None:
    seat, person = ("s1", "d1") if at % 2 else ("s2", "d2")
    who = {"seat_id": seat, "person": person}
    call, intake, incident, mission = f"c{at}", f"i{at}", f"e{at}", f"m{at}"
    number = "13804512266" if at == 3 else f"1394510{at:04}"
    hub.as_hub(cmd.ReportRinging(call, number), **who)
    clock.now += 5_000
    hub.as_hub(cmd.ReportAnswered(call), **who)
    hub.as_hub(cmd.BeginIntake(intake, call), **who)
    place = Place(ADDRESSES[at], _around(at * 4 + 3, 0.06), HowPlaced.SEARCH)
    severity = list(Severity)[at % 4]
    changes = FormChanges(place=place, chief_complaint=COMPLAINTS[at], severity=severity)
    hub.as_hub(cmd.ChangeIntake(intake, 1, changes), **who)
    hub.as_hub(cmd.OpenIncident(incident, intake), **who)
    if at < 5:
        vehicle = f"v{at + 1}"
        hub.as_hub(cmd.AssignVehicle(mission, incident, vehicle, place.address), **who)
        hub.as_hub(cmd.EndIntake(intake, IntakeOutcome.DISPATCHED), **who)
        _drive(hub, clock, mission, vehicle, steps)
    hub.as_hub(cmd.ReportCallEnded(call, CallResult.TALKED), **who)


def _drive(hub: LocalHub, clock: Clock, mission: str, vehicle: str, steps: int) -> None:
    hub.as_hub(cmd.ReportOrderDelivered(mission))
    for kind in list(MilestoneKind)[1 : 1 + min(steps, 7)]:
        clock.now += 20_000
        hub.as_hub(cmd.RecordVehicleKey(vehicle, kind, clock.now))
    if steps > 4:
        milestone = cmd.ChooseHospital(mission, "h0")
        hub.as_hub(milestone, seat_id="s1", person="d1")
