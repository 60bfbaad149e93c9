/* Command of a scope is handed over as planned: the holder takes no more orders (HANDING_OVER), waits until the
   target has every row, writes the row that names the target, and is no longer the holder. The target commands
   from the moment that row stands in its own copy. The line loses up to LOSSES messages; the target asks again,
   as every follower does. The holder may be restarted anywhere: what it only remembered is gone.

   Options:
     NO_FREEZE    orders are taken until the holder hears that the target commands
     EARLY        the target is told it commands before it has every row
     TAKES_BACK   no answer in time: the old holder goes on although the row is written
     UNSAFE_ROW   the row is sent out before it is durable
     ONE_QUESTION the target asks once: after a lost message nobody ever commands again */

#define LOSSES 2
#define ORDERS 2

#ifdef ONE_QUESTION
#define MAY_ASK !asked
#else
#define MAY_ASK true
#endif

mtype = { OPEN, FREEZING, MOVED };
mtype city = OPEN;
byte rows, rows_at_target, known;       /* `known`: what the holder knows the target to have */
byte lost;
bool told, told_at_target;              /* the row that names the target: sent out; in the target's copy */
bool commands, given_up, asked;
chan questions = [1] of { byte };
chan answers = [1] of { byte, bool };

inline lossy() {
    if
    :: true
    :: lost < LOSSES -> lost++; dropped = true
    fi
}

active proctype City() {
    byte n; bool dropped;
end:
    do
    :: atomic { rows < ORDERS &&
#ifdef NO_FREEZE
                !(city == MOVED && known > rows)
#else
                city == OPEN
#endif
                -> assert(!commands); rows++ }          /* never two that acknowledge */
    :: atomic { city == OPEN -> city = FREEZING; known = 0 }
    :: atomic { city == FREEZING && !given_up -> city = OPEN; given_up = true }   /* restarted, or people gave up */
#ifdef EARLY
    :: atomic { city == FREEZING -> city = MOVED; told = true }
#elif defined(UNSAFE_ROW)
    :: atomic { city == FREEZING && known == rows -> told = true }
    :: atomic { city == FREEZING && told -> city = MOVED }
#else
    :: atomic { city == FREEZING && known == rows -> city = MOVED; told = true }
#endif
#ifdef TAKES_BACK
    :: atomic { city == MOVED && !given_up -> city = OPEN; given_up = true }
#endif
    :: atomic { questions?n -> known = n;
                lossy();
                if
                :: !dropped -> answers!rows, told
                :: else
                fi;
                n = 0; dropped = false }
    od
}

active proctype Target() {
    byte n; bool moved, dropped;
    do
    :: atomic { empty(questions) && empty(answers) && !told_at_target && MAY_ASK ->
                asked = (city == MOVED);
                lossy();
                if
                :: !dropped -> questions!rows_at_target
                :: else
                fi;
                dropped = false }
    :: atomic { answers?n, moved ->
#ifdef EARLY
                if
                :: moved -> told_at_target = true       /* a message of its own, not a row after all others */
                :: rows_at_target = n
                fi
#else
                rows_at_target = n; told_at_target = moved
#endif
                ; n = 0; moved = false }
    :: atomic { told_at_target -> commands = true;
                assert(rows_at_target == rows);         /* everything acknowledged came along */
                break }
    od
}

ltl commanded { [] ((city == MOVED) -> <> commands) }
