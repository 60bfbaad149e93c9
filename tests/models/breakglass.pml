/* Two districts are cut off from the dead centre and from each other; in both, people break the glass and take
   command with the same next term. When the line is back the (term, site) that is higher goes on, the other is
   fenced and hands in what it accepted. One ambulance hears both.

   Options:
     NO_TIE       equal terms count as equal: neither side yields
     BOOT_TIE     equal terms are decided by the number of starts, which still changes: each may find itself lower
     NO_FENCE     the terminal obeys whoever calls last
     REWIND_FIRST the loser is rewound before it has handed in its tail, and may be restarted in between */

#define P 2
#define Q 3
#define ORDER(site) (1 << site)

#ifdef NO_TIE
#define YIELDS(me, other, mine, theirs) false
#elif defined(BOOT_TIE)
#define YIELDS(me, other, mine, theirs) (theirs >= mine)
#else
#define YIELDS(me, other, mine, theirs) (other > me)
#endif

byte journal[4], acked, conflict, boots[4];
bool up, commands[4], fenced[4], heard[4];
byte settled;
byte obeyed;
chan radio = [2] of { byte };
chan ticks[4] = [1] of { byte };               /* what a peer's Tick said of its starts */

proctype District(byte me; byte other) {
    byte tail, theirs;
    commands[me] = true;
    do
    :: atomic { commands[me] && !fenced[me] && !journal[me] ->
                journal[me] = ORDER(me); acked = acked | ORDER(me); radio!me }
    :: atomic { commands[me] && !fenced[me] && boots[me] < 1 -> boots[me]++ }
    :: atomic { up && !fenced[me] && empty(ticks[other]) && empty(ticks[me]) && !settled -> ticks[other]!boots[me] }
    :: atomic { up && nempty(ticks[me]) -> ticks[me]?theirs;
                if
                :: YIELDS(me, other, boots[me], theirs) -> fenced[me] = true
                :: else
                fi;
                heard[me] = true; theirs = 0;
                assert(!(heard[P] && heard[Q]) || fenced[P] || fenced[Q]) }     /* one of them yields */
    :: fenced[me] && up && !settled ->
        atomic {
            assert(!fenced[other]);             /* somebody commands */
            tail = journal[me];
#ifdef REWIND_FIRST
            journal[me] = 0;
            if
            :: tail = 0                         /* power lost here */
            :: true
            fi;
#endif
            if
            :: tail && journal[other] -> conflict = conflict | tail
            :: else -> journal[other] = journal[other] | tail
            fi;
            journal[me] = journal[other]; settled = me; tail = 0; break }
    :: atomic { settled == other -> break }
    od
}

active proctype Terminal() {
    byte site;
end:
    do
    :: atomic { radio??site ->
#ifdef NO_FENCE
                obeyed++;
#else
                if
                :: !obeyed -> obeyed++
                :: else                         /* on a mission, and this order supersedes none */
                fi;
#endif
                assert(obeyed <= 1); site = 0 }
    od
}

init {
    atomic { run District(P, Q); run District(Q, P) }
    up = true;
    (_nr_pr == 2);
    assert((acked & ~(journal[Q] | conflict)) == 0);    /* nothing acknowledged is lost silently */
    assert(fenced[P] && !fenced[Q])
}
