"""Object names of everything a person can press or type into: stable, for tests and the autopilot.

Windows          SeatWindow seat, LogInPage login, SecondPerson second_person
Log-in           login.staff, login.password, login.enter
Form fields      form.<field of dispatch.words.Form>, form.place, form.waiting_point, form.contact_name,
                 form.contact_phone, form.patient_count, form.patient_name, form.patient_age,
                 form.chief_complaint, form.condition, form.remark
Choices          form.<field>.<value>: form.conscious.yes, form.breathing.no, form.severity.critical,
                 form.patient_sex.male, form.needs.stretcher, form.infectious.yes, form.danger.yes
Form labels      form.call (number and talk), form.join (join key of a repeat caller), calls.hint (who rings)
Suggestions      form.place.suggestions (a list under the address; Down and Enter take one)
Lists            calls.table, incidents.table, advice.table, vehicles.table, calls_of.table, latest.table,
                 alarms.table (rows carry the id of their thing in Qt.ItemDataRole.UserRole)
Vehicle filter   vehicles.<all free busy out>, vehicles.by_time
Order            advice.order
Closed today     incidents.closed
Missions         mission.<row>.next, mission.<row>.hospital (row counts from 0)
Reason bar       reason.<value of the reason>, reason.remark, reason.minutes, reason.confirm, reason.cancel
Keys             keys.<verb id> (the strip of F-keys at the foot), command.line
Notices          notice.text, notice.act, notice.dismiss, banner
Status           who, lamp.<phone radio hub store recorder clock acd city conflicts>, clock, mode, seat.state
Missed calls     missed.table, missed.<verb id>
Seats            seats.table, seats.tests.table, seats.list.<times tests>, seats.set_seat
Mode             mode (the sign; pressing it opens the act that moves command), mode.frame (island)
Command          authorise.<reason order_no first_password second_staff second_password>, authorise.check.<n>,
                 authorise.break_glass, authorise.scope.<scope>, authorise.to.<site>, authorise.confirm,
                 authorise.cancel, authorise.told
Conflicts        conflicts.table, conflicts.<open settled island>, conflicts.<choice>,
                 conflicts.<ours theirs>, conflicts.means, conflicts.empty_run, conflicts.remark,
                 conflicts.confirm, conflicts.cancel, conflicts.outcome, conflicts.checked
Recordings       archive, archive.<number since until place incident seat find export cancel told table>,
                 recall, recall.<title again cancel>, <archive recall>.<wave play back on mark time told>,
                 <archive recall>.speed.<times>, hears (what callers hear, in the strip)
Second person    second.staff, second.password, second.enter, second.cancel
Headset, line    sound, sound.<ear mouth speaker volume hear hands_free why caller operator told last close>,
                 sound.<verb id>, lamp.headset, lamp.level.<caller operator>
Reserve seats    reserve.panel, reserve.seats, reserve.people, reserve.turns, reserve.back, reserve.<verb id>,
                 reserve.<since first last ready title why shortfall>, reserve.line, summons.<title why clock
                 next>, check.<item>, check.<item>.found
"""

SEAT = "seat"
LOGIN = "login"
SECOND = "second_person"
SEAT_STATE = "seat.state"
