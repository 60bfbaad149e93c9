"""The order a second person is asked to confirm, in words: nobody confirms what they cannot read."""

from console.i18n import say
from console.models.conflict_rows import consequence
from console.models.desk import Desk
from console.models.labels import word
from console.models.latest import short
from dispatch import commands as cmd


def act_words(desk: Desk, command: cmd.Command) -> str:
    """What would be done, to which incident or vehicle, and why."""
    floor = desk.floor
    match command:
        case cmd.CloseIncident() if command.incident_id in floor.incidents:
            it = floor.incidents[command.incident_id]
            number, reason = short(it.number, floor), word(command.reason)
            what = say("未派车结束事件 {number}：{reason}", number=number, reason=reason)
            return "\n".join(part for part in (what, it.place.address, command.remark) if part)
        case cmd.RefuseMission() if command.mission_id in floor.missions:
            mission = floor.missions[command.mission_id]
            number = floor.vehicles[mission.vehicle_id].number
            what = say("{vehicle} 拒绝出车：{reason}", vehicle=number, reason=word(command.reason))
            return f"{what}\n{command.remark}".strip()
        case cmd.SettleConflict() if command.conflict_id in floor.conflicts:
            one = floor.conflicts[command.conflict_id]
            what = consequence(floor, one, command.choice, empty_run=command.empty_run)
            return f"{say('冲突核对')}：{word(command.choice)}\n{what}\n{command.remark}"
        case _:
            return say("第二人确认")
