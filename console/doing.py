"""The verbs of `verbs.py`, done: each method has the id of its verb. Keys, buttons and commands end here."""

from collections.abc import Callable

from console.doing_calls import CallVerbs
from console.doing_distribution import DistributionVerbs
from console.doing_location import LocationVerbs
from console.doing_on import Screen
from console.doing_recordings import RecordingVerbs
from console.doing_sound import SoundVerbs
from console.i18n import say
from console.models import acts, acts_requests, acts_reserve, reasons, rows, spoken
from console.models.asking import Choice
from console.models.authorising import Act
from console.models.commandline import parse
from console.models.desk import Desk
from console.models.labels import word
from console.models.linked import announce
from console.models.people import drafting
from console.models.state import Topic
from console.ports import HubMode
from console.verb import Verb
from console.verbs import ALWAYS, BY_ID, WITH_A_DRAFT, allowed
from dispatch.kinds import Role
from dispatch.words import Vehicle

HOSPITALS_MAX = 12


class Doing(CallVerbs, DistributionVerbs, LocationVerbs, RecordingVerbs, SoundVerbs):
    """Does verbs. `run` is the command line, `do` everything else."""

    def __init__(self, desk: Desk, screen: Screen) -> None:
        super().__init__(desk, screen)
        self._vehicle: Vehicle | None = None
        self._incident_id: str | None = None
        self._row = 0

    def do(self, verb_id: str) -> None:
        """Do a verb by its id, if the person may."""
        desk = self._desk
        if not self.may_now(verb_id):
            self._log_in_first()
            return
        roles = desk.person.roles if desk.person else frozenset({Role.DISPATCHER})
        if not allowed(BY_ID[verb_id], roles):
            self._may_not(BY_ID[verb_id])
            return
        if BY_ID[verb_id].section in {"talk", "supervise"}:
            desk.changed(*desk.notices.cured(verb_id))
        act: Callable[[], None] = getattr(self, verb_id)
        act()
        self._vehicle, self._incident_id, self._row, self._words = None, None, 0, ()

    def _may_not(self, verb: Verb) -> None:
        do = say("请由调度员或班长登录后操作")
        if verb.roles is not None:
            names = "、".join(sorted(word(role) for role in verb.roles))
            do = say("请由{roles}登录后操作", roles=names)
        self._desk.notice(say("当前角色无权“{name}”", name=verb.name), do)

    def _log_in_first(self) -> None:
        do = say("登录前可接听、填写受理单；派车等须登录")
        self._desk.notice(say("请先登录（Ctrl+L）"), do, "log_out")

    def may_now(self, verb_id: str) -> bool:
        """False for what waits for a log-in. Without a hub, when nobody can, a form may be begun too."""
        desk = self._desk
        if desk.person is not None or verb_id in ALWAYS:
            return True
        draft = drafting(desk) or (verb_id == "new" and desk.link.mode is not HubMode.NORMAL)
        return draft and verb_id in WITH_A_DRAFT

    def is_heard(self, verb_id: str) -> bool:
        """True when its key does this verb, or says why not: under the log-in page nobody could read that."""
        return self.may_now(verb_id) or drafting(self._desk)

    def run(self, line: str) -> bool:
        """Do a line of the command line; False when it was not understood (the reason is on the strip)."""
        desk = self._desk
        parsed = parse(line, desk.floor, desk.person.roles if desk.person else ())
        if parsed.verb is None:
            desk.notice(parsed.trouble, grave=False)
            return False
        self._vehicle, self._row, self._words = parsed.vehicle, parsed.row, parsed.words
        self._incident_id = parsed.incident.id if parsed.incident else None
        self.do(parsed.verb.id)
        return True

    def pick_row(self, row: int) -> None:
        """Ctrl+digit."""
        self._row = row
        self.do("pick")

    # --- calls, dispatch, incidents ----------------------------------------------------------------

    def new(self) -> None:
        self._screen.make_room()
        acts.new_intake(self._desk)

    def answer(self) -> None:
        self._screen.make_room()
        acts.answer(self._desk)

    def reject(self) -> None:
        acts.reject(self._desk)

    def call_back(self) -> None:
        acts.call_back(self._desk)

    def join(self) -> None:
        acts.join(self._desk, self._incident_id)

    def pin(self) -> None:
        if self._desk.hand.intake_id is None:
            self._desk.notice(
                say("没有受理中的事件"), say("先接听（F3）、手工受理（F2）或在列表中选一个事件")
            )
        else:
            self._screen.pin_mode()

    def order(self) -> None:
        if spoken.is_offline(self._desk):
            self._ask(spoken.by_voice(self._desk, self._vehicle))
        elif self._desk.person is None:  # a hub is there: only a person sends
            self._log_in_first()
        else:
            acts.order(self._desk, self._vehicle)

    def divert(self) -> None:
        if spoken.is_offline(self._desk):
            self._ask(spoken.by_voice(self._desk, self._vehicle, divert=True))
        else:
            acts.divert(self._desk, self._vehicle)

    def paper(self) -> None:
        self._screen.print_sheet()

    def pick(self) -> None:
        acts.choose_row(self._desk, self._row or 1)

    def milestone(self) -> None:
        mission = acts.mission_of_vehicle(self._desk, self._vehicle) if self._vehicle else None
        acts.next_milestone(self._desk, mission)

    def stop(self) -> None:
        if self._vehicle is not None and self._vehicle.mission_id is not None:
            acts.choose_mission(self._desk, self._vehicle.mission_id)
        self._ask(reasons.stop_mission(self._desk))

    def correct(self) -> None:
        if self._vehicle is not None and self._vehicle.last_mission_id is not None:
            acts.choose_mission(self._desk, self._vehicle.last_mission_id)
        self._ask(reasons.correct_milestone(self._desk))

    def hospital(self) -> None:
        if self._vehicle is not None and self._vehicle.mission_id is not None:
            acts.choose_mission(self._desk, self._vehicle.mission_id)
        self._ask(reasons.choose_hospital(self._desk, self._hospitals()))

    def _hospitals(self) -> tuple[Choice, ...]:
        from console.models.advice import hospitals

        floor = self._desk.floor
        picks = hospitals(floor, self._desk.form()).picks[:HOSPITALS_MAX]
        choices = []
        for pick in picks:
            why = " ".join(word(one) for one in (*pick.reasons, *pick.cautions) if one != "estimated")
            km = f" {pick.travel.metres / 1000:.1f} km" if pick.travel.metres is not None else ""
            choices.append(Choice(pick.id, f"{floor.hospitals[pick.id].name}{km} {why}".strip()))
        return tuple(choices)

    def crew(self) -> None:
        self._ask(reasons.answer_crew(self._desk, self._vehicle))

    def suspend(self) -> None:
        self._ask(reasons.suspend_or_free(self._desk, self._vehicle))

    def hold(self) -> None:
        self._ask(reasons.hold_or_resume(self._desk))

    def close(self) -> None:
        if self._incident_id is not None:
            acts.show(self._desk, self._incident_id)
        self._ask(reasons.close(self._desk))

    def kind(self) -> None:
        self._ask(reasons.choose_type(self._desk))

    def reopen(self) -> None:
        if self._incident_id is not None:
            acts.show(self._desk, self._incident_id)
        self._ask(reasons.reopen(self._desk))

    def closed(self) -> None:
        self._screen.toggle_closed()

    def take(self) -> None:
        if self._incident_id is not None:
            acts.show(self._desk, self._incident_id)
        acts.take_over(self._desk)

    def put_aside(self) -> None:
        acts.put_aside(self._desk)

    def next(self) -> None:
        acts.next_waiting(self._desk, rows.waiting(self._desk, self._desk.clock()))

    def mine(self) -> None:
        acts.settle_conflict(self._desk, mine=True)

    def theirs(self) -> None:
        acts.settle_conflict(self._desk, mine=False)

    # --- quick answers -----------------------------------------------------------------------------

    def conscious_yes(self) -> None:
        acts.set_answer(self._desk, "conscious", "yes")

    def conscious_no(self) -> None:
        acts.set_answer(self._desk, "conscious", "no")

    def conscious_unknown(self) -> None:
        acts.set_answer(self._desk, "conscious", "unknown")

    def breathing_yes(self) -> None:
        acts.set_answer(self._desk, "breathing", "yes")

    def breathing_no(self) -> None:
        acts.set_answer(self._desk, "breathing", "no")

    def breathing_unknown(self) -> None:
        acts.set_answer(self._desk, "breathing", "unknown")

    def severity_critical(self) -> None:
        acts.set_answer(self._desk, "severity", "critical")

    def severity_severe(self) -> None:
        acts.set_answer(self._desk, "severity", "severe")

    def severity_moderate(self) -> None:
        acts.set_answer(self._desk, "severity", "moderate")

    def severity_mild(self) -> None:
        acts.set_answer(self._desk, "severity", "mild")

    # --- between sites -----------------------------------------------------------------------------

    def offer(self) -> None:
        self._ask(acts_requests.offer(self._desk))

    def ask_help(self) -> None:
        self._ask(acts_requests.ask_help(self._desk))

    def bulletin(self) -> None:
        self._ask(acts_requests.bulletin(self._desk))

    def sign_request(self) -> None:
        self._ask(acts_requests.sign(self._desk))

    def return_request(self) -> None:
        self._ask(acts_requests.give_back(self._desk, self._ask))

    def withdraw_request(self) -> None:
        self._ask(acts_requests.withdraw(self._desk))

    # --- command of a scope ------------------------------------------------------------------------

    def take_command(self) -> None:
        self._screen.open_sheet("authorise", Act.TAKE)

    def hand_over(self) -> None:
        self._screen.open_sheet("authorise", Act.HAND_OVER)

    def island(self) -> None:
        on = self._desk.link.mode is HubMode.ISLAND
        self._screen.open_sheet("authorise", Act.MAINLAND if on else Act.ISLAND)

    def conflicts(self) -> None:
        self._screen.open_sheet("conflicts")

    # --- reserve seats -----------------------------------------------------------------------------

    def reserve(self) -> None:
        self._screen.toggle_reserve()

    def activate(self) -> None:
        acts_reserve.prepare(self._desk, list(self._words))
        self._ask(acts_reserve.ask_activation(self._desk))

    def monthly_drill(self) -> None:
        self._ask(acts_reserve.ask_drill(self._desk))

    def stand_down(self) -> None:
        self._ask(acts_reserve.ask_stand_down(self._desk))

    def release_seat(self) -> None:
        self._ask(acts_reserve.ask_release(self._desk, self._screen.chosen_seat()))

    def confirm_activation(self) -> None:
        acts_reserve.confirm(self._desk)

    def self_test(self) -> None:
        acts_reserve.self_test(self._desk)

    def activation_report(self) -> None:
        self._screen.write_record()

    # --- the window --------------------------------------------------------------------------------

    def help(self) -> None:
        self._screen.toggle_help()

    def full(self) -> None:
        self._screen.toggle_full()

    def theme(self) -> None:
        self._screen.toggle_theme()

    def command(self) -> None:
        self._screen.open_command()

    def play(self) -> None:
        self._screen.play()

    def lock(self) -> None:
        self._screen.lock()

    def log_out(self) -> None:
        self._screen.log_out()

    def dismiss(self) -> None:
        """Esc: first what lies over the window, then the newest notice."""
        if not self._screen.close_overlay() and self._desk.notices:
            self._desk.notices.pop()
            self._desk.changed(Topic.NOTICE)

    def note_alarm(self) -> None:
        """What the hub says of itself has been read here and passed on."""
        desk = self._desk
        lines = desk.hub_alarms.note(desk.clock())
        if not lines:
            desk.notice(say("没有待知悉的中枢告警"), grave=False)
        announce(desk, lines)

    def go_form(self) -> None:
        self._screen.go("form")

    def go_calls(self) -> None:
        self._screen.go("calls")

    def go_incidents(self) -> None:
        self._screen.go("incidents")

    def go_advice(self) -> None:
        self._screen.go("advice")

    def go_missions(self) -> None:
        self._screen.go("missions")

    def go_vehicles(self) -> None:
        self._screen.go("vehicles")

    def go_alarms(self) -> None:
        self._screen.go("alarms")

    def go_recordings(self) -> None:
        self._screen.go("recordings")

    def go_map(self) -> None:
        self._screen.go("map")
