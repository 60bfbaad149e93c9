"""The colours of map and windows as plain data, day and night, without Qt.

One table for the map, the lists, the wall and the timeline, so that a state looks the same everywhere.
A colour never stands alone: every vehicle look has its own digit and shape, every priority its own shape.
Colours are "#rrggbb". Text pairs keep WCAG 2.1 AA (4.5 : 1), marks 3 : 1 against any map ground.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from dispatch.kinds import MilestoneKind, VehicleState

TEXT_CONTRAST_MIN = 4.5  # WCAG 2.1 AA 1.4.3
MARK_CONTRAST_MIN = 3.0  # WCAG 2.1 AA 1.4.11


class Shape(StrEnum):
    """Outlines that stay apart at 16 px and in black and white."""

    CIRCLE = "circle"
    DIAMOND = "diamond"
    HEXAGON = "hexagon"
    TEARDROP = "teardrop"  # points where the vehicle is heading
    SQUARE = "square"
    ARROW = "arrow"  # square tail, points where the vehicle is heading
    HOUSE = "house"
    DROP = "drop"
    BARRED = "barred"  # circle with a bar
    CROSSED = "crossed"  # small circle with a cross
    OCTAGON = "octagon"
    TRIANGLE = "triangle"


@dataclass(frozen=True, slots=True)
class Look:
    """How one vehicle state or one priority shows: sign, shape, words, fill and the text on the fill."""

    key: str
    sign: str
    shape: Shape
    zh: str
    en: str
    fill: str
    ink: str


@dataclass(frozen=True, slots=True)
class MapColours:
    """Grounds, roads and lettering of the base map."""

    land: str
    landuse: Mapping[str, str]  # by class of the layer; "" is the rest
    green: str
    campus: Mapping[str, str]
    water: str
    waterline: str
    building: str
    building_edge: str
    rail: str
    road_fill: Mapping[str, str]
    road_case: Mapping[str, str]
    road_text: str
    place_text: str
    quarter_text: str  # names that must not compete with the marks
    water_text: str
    green_text: str
    halo: str
    mark_edge: str  # thin rim of every mark, against any ground
    tag: str  # ground of number tags
    tag_text: str
    tag_text_old: str
    tag_edge: str
    stale: str  # fill of a vehicle whose position is old
    stale_ink: str
    route: str
    route_case: str
    route_other: str
    route_text: str
    pin: str
    doubt_fill: str  # uncertainty circle, with alpha as #aarrggbb
    selection: str
    selection_ink: str
    hospital: str
    station: str
    aed: str
    site_ink: str
    note: str  # scale bar and attribution


@dataclass(frozen=True, slots=True)
class WindowColours:
    """Grounds, text and lamps of the windows."""

    ground: str
    panel: str
    raised: str
    field: str
    text: str
    text_quiet: str
    text_off: str
    line: str
    line_strong: str
    focus: str
    accent: str
    accent_ink: str
    selected: str
    selected_text: str
    fault: str
    fault_ink: str
    warning: str
    warning_ink: str
    ok: str
    off: str
    info: str
    command: str  # purple: command has been moved
    command_ink: str


@dataclass(frozen=True, slots=True)
class Palette:
    """One theme, whole."""

    name: str
    window: WindowColours
    map: MapColours
    vehicles: Mapping[str, Look]
    priorities: Mapping[int, Look]

    def vehicle(self, key: str) -> Look:
        """The look of a vehicle; an unknown key shows as not callable rather than failing."""
        return self.vehicles.get(key) or self.vehicles[OFF_DUTY]

    def priority(self, level: int) -> Look:
        """The look of a priority 1 (gravest) … 4; anything outside shows as the nearest."""
        return self.priorities[min(max(level, 1), len(self.priorities))]


OFF_DUTY = "off_duty"

# key, sign, shape, 中文, English: the same in both themes.
VEHICLE_SIGNS = (
    ("in_station", "1", Shape.CIRCLE, "站内待命", "in station"),
    ("on_road", "2", Shape.DIAMOND, "途中待命", "available on the road"),
    ("assigned", "3", Shape.HEXAGON, "已派待出", "ordered"),
    ("departed", "4", Shape.TEARDROP, "驶向现场", "to the scene"),
    ("on_scene", "5", Shape.SQUARE, "到达现场", "at the scene"),
    ("patient_aboard", "6", Shape.ARROW, "载人送院", "to hospital"),
    ("at_hospital", "7", Shape.HOUSE, "医院交接", "at hospital"),
    ("decontaminating", "8", Shape.DROP, "洗消中", "decontaminating"),
    ("suspended", "9", Shape.BARRED, "暂停调用", "suspended"),
    (OFF_DUTY, "0", Shape.CROSSED, "未值班", "off duty"),
)
PRIORITY_SIGNS = (
    (1, "1", Shape.OCTAGON, "危重", "critical"),
    (2, "2", Shape.TRIANGLE, "重", "severe"),
    (3, "3", Shape.SQUARE, "中", "moderate"),
    (4, "4", Shape.CIRCLE, "轻", "mild"),
)
# A busy vehicle shows the milestone it reached last.
LOOK_OF_MILESTONE: Mapping[MilestoneKind, str] = MappingProxyType(
    {
        MilestoneKind.ASSIGNED: "assigned",
        MilestoneKind.ACKNOWLEDGED: "assigned",
        MilestoneKind.DEPARTED: "departed",
        MilestoneKind.ON_SCENE: "on_scene",
        MilestoneKind.PATIENT_ABOARD: "patient_aboard",
        MilestoneKind.LEFT_SCENE: "patient_aboard",
        MilestoneKind.AT_HOSPITAL: "at_hospital",
        MilestoneKind.HANDED_OVER: "at_hospital",
        MilestoneKind.COMPLETED: "on_road",
        MilestoneKind.ROAD_STANDBY: "on_road",
        MilestoneKind.RETURNED: "in_station",
    }
)


def look_of_vehicle(state: VehicleState, milestone: MilestoneKind | None) -> str:
    """The look key of a vehicle; `milestone` is the last one of its running mission, None without one."""
    if state is VehicleState.BUSY:
        return LOOK_OF_MILESTONE[milestone] if milestone else "assigned"
    return OFF_DUTY if state is VehicleState.REPAIR else str(state)


def _vehicles(*pairs: tuple[str, str]) -> Mapping[str, Look]:
    return MappingProxyType(
        {sign[0]: Look(*sign, *pair) for sign, pair in zip(VEHICLE_SIGNS, pairs, strict=True)}
    )


def _priorities(*pairs: tuple[str, str]) -> Mapping[int, Look]:
    return MappingProxyType(
        {
            level: Look(f"priority{level}", sign, shape, zh, en, *pair)
            for (level, sign, shape, zh, en), pair in zip(PRIORITY_SIGNS, pairs, strict=True)
        }
    )


def _by_class(**colours: str) -> Mapping[str, str]:
    return MappingProxyType({"" if key == "other" else key: value for key, value in colours.items()})


DAY = Palette(
    name="day",
    window=WindowColours(
        ground="#e6e8e9",
        panel="#f1f2f2",
        raised="#fafafa",
        field="#ffffff",
        text="#1d2327",
        text_quiet="#4d565c",
        text_off="#868e93",
        line="#c6cbce",
        line_strong="#7c858b",
        focus="#0b62b0",
        accent="#0b5ea8",
        accent_ink="#ffffff",
        selected="#cfe1f2",
        selected_text="#10212f",
        fault="#b3161b",
        fault_ink="#ffffff",
        warning="#f0b429",
        warning_ink="#231a00",
        ok="#24713a",
        off="#737b80",
        info="#33607f",
        command="#6b3fa0",
        command_ink="#ffffff",
    ),
    map=MapColours(
        land="#eff0ed",
        landuse=_by_class(residential="#ebebe8", commercial="#eeebe7", industrial="#e8e9ec", other="#ececea"),
        green="#dbe7d5",
        campus=_by_class(hospital="#f3e3e1", school="#ebe9dc", other="#ebe9e0"),
        water="#bdd3e3",
        waterline="#a9c5da",
        building="#e0e0dd",
        building_edge="#d0d0cc",
        rail="#bfc3c5",
        road_fill=_by_class(
            motorway="#f6dfa6", trunk="#f9e9bf", primary="#fdf5dd", secondary="#ffffff", other="#ffffff"
        ),
        road_case=_by_class(
            motorway="#c9a75c", trunk="#cdb683", primary="#cbc2a6", secondary="#c3c7c9", other="#d3d5d6"
        ),
        road_text="#454d52",
        place_text="#2c3338",
        quarter_text="#525c62",
        water_text="#2f5673",
        green_text="#39593a",
        halo="#fbfbf9",
        mark_edge="#ffffff",
        tag="#fdfdfc",
        tag_text="#171d21",
        tag_text_old="#61696e",
        tag_edge="#aab1b5",
        stale="#6d757a",
        stale_ink="#ffffff",
        route="#1769b5",
        route_case="#ffffff",
        route_other="#5f7180",
        route_text="#ffffff",
        pin="#b0006a",
        doubt_fill="#1ab0006a",
        selection="#0a5fb4",
        selection_ink="#ffffff",
        hospital="#a3252b",
        station="#17643a",
        aed="#5b3fa0",
        site_ink="#ffffff",
        note="#343b40",
    ),
    vehicles=_vehicles(
        ("#1b7a46", "#ffffff"),
        ("#0d7480", "#ffffff"),
        ("#6b51a8", "#ffffff"),
        ("#8f5a00", "#ffffff"),
        ("#0b5cab", "#ffffff"),
        ("#9c2c80", "#ffffff"),
        ("#3f51b5", "#ffffff"),
        ("#4f6b22", "#ffffff"),
        ("#7a5047", "#ffffff"),
        ("#666d72", "#ffffff"),
    ),
    priorities=_priorities(
        ("#b3161b", "#ffffff"), ("#a84300", "#ffffff"), ("#705d00", "#ffffff"), ("#42606f", "#ffffff")
    ),
)

NIGHT = Palette(
    name="night",
    window=WindowColours(
        ground="#23282c",
        panel="#2b3136",
        raised="#343b41",
        field="#1d2226",
        text="#e2e6e9",
        text_quiet="#b1bac1",
        text_off="#7d878e",
        line="#434b52",
        line_strong="#808b93",
        focus="#7fbdf5",
        accent="#6fb2ee",
        accent_ink="#0b1620",
        selected="#34536e",
        selected_text="#f2f6f9",
        fault="#ff8a80",
        fault_ink="#2a0503",
        warning="#f3c04b",
        warning_ink="#231a00",
        ok="#71c58a",
        off="#8e979d",
        info="#8fbbd9",
        command="#c9a6f2",
        command_ink="#22103a",
    ),
    map=MapColours(
        land="#2b3136",
        landuse=_by_class(residential="#2e343a", commercial="#312f36", industrial="#2d333c", other="#2d3338"),
        green="#2b3a33",
        campus=_by_class(hospital="#3b3136", school="#35362f", other="#343632"),
        water="#1c3447",
        waterline="#264760",
        building="#343b41",
        building_edge="#3e464d",
        rail="#485058",
        road_fill=_by_class(
            motorway="#5a5137", trunk="#534c3a", primary="#4c4b44", secondary="#464e56", other="#3e464d"
        ),
        road_case=_by_class(
            motorway="#241f12", trunk="#242014", primary="#22231f", secondary="#22272b", other="#272c31"
        ),
        road_text="#c2cacf",
        place_text="#d6dce0",
        quarter_text="#aeb8bf",
        water_text="#9fc6e2",
        green_text="#a9cfae",
        halo="#22272b",
        mark_edge="#0c0f12",
        tag="#1a1f23",
        tag_text="#eef2f4",
        tag_text_old="#a7b0b6",
        tag_edge="#4a535a",
        stale="#a2abb1",
        stale_ink="#12171a",
        route="#63b3f5",
        route_case="#0d2335",
        route_other="#9aabb8",
        route_text="#08141f",
        pin="#ff8fd0",
        doubt_fill="#1cff8fd0",
        selection="#8cc8ff",
        selection_ink="#06131f",
        hospital="#ff9d96",
        station="#86d7a2",
        aed="#c3b0ff",
        site_ink="#14181b",
        note="#cdd4d9",
    ),
    vehicles=_vehicles(
        ("#66cf8f", "#08170e"),
        ("#5ccbd6", "#061719"),
        ("#c4b1ff", "#130b26"),
        ("#f2b84b", "#201400"),
        ("#7dbdff", "#04131f"),
        ("#f299d8", "#230518"),
        ("#a9b6ff", "#0a0f2a"),
        ("#b7d077", "#131a03"),
        ("#d9aa9f", "#200d08"),
        ("#a3abb0", "#12171a"),
    ),
    priorities=_priorities(
        ("#ff8a80", "#2a0503"), ("#ffb071", "#271200"), ("#e3cf5f", "#1d1900"), ("#a8c3d1", "#0d1a21")
    ),
)

THEMES: Mapping[str, Palette] = MappingProxyType({palette.name: palette for palette in (DAY, NIGHT)})


def luminance(colour: str) -> float:
    """Relative luminance 0 … 1 of "#rrggbb" (WCAG 2.1)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio 1 … 21 of two "#rrggbb" colours (WCAG 2.1)."""
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)
