/* Two starts of the hub of one site at one database. Either may be stopped for good or for any time, anywhere,
   also inside its transaction. A new hub claims the authority row (boot + 1), which a writer's transaction locks.

   Options:
     CHECK_BEFORE  the authority is checked before the transaction begins, not inside it
     NO_CHECK      the authority is not checked at all
     NO_END        a claim does not end the old hub's sessions: a frozen writer keeps its replacement out */

byte boot, locked, vehicle, assigned;
bool serving[3];

#ifdef NO_END
#define MAY_CLAIM (locked == 0)
#else
#define MAY_CLAIM true
#endif

inline may_stop() {
    if
    :: me == 1 -> goto stopped
    :: true
    fi
}

proctype Hub(byte me) {
    bool free;
    atomic { MAY_CLAIM -> locked = 0; boot = me };
    atomic { free = (vehicle == 0); serving[me] = true };
    may_stop();
    if
    :: !free -> goto stopped
    :: else
    fi;
#ifdef CHECK_BEFORE
    if
    :: boot != me -> goto stopped
    :: else
    fi;
#endif
    atomic { locked == 0 -> locked = me };
#if !defined(CHECK_BEFORE) && !defined(NO_CHECK)
    atomic { if
             :: locked == me && boot != me -> locked = 0; goto stopped
             :: else
             fi };
#endif
    may_stop();
    atomic { if
             :: locked == me ->                 /* else: its session was ended, rolled back */
                vehicle = me; assigned++; locked = 0;
                assert(assigned == 1)           /* one ambulance, one order */
             :: else
             fi };
stopped:
    skip
}

init {
    run Hub(1);
    (serving[1]);
    run Hub(2);
    (serving[2])                                /* a stopped hub never keeps its replacement from serving */
}
