/* One command from a seat's outbox to its verdict over a line that loses and repeats, with a hub that may lose
   power between decision and commit. The command may be refused today and would be accepted tomorrow: another
   order frees the ambulance in between.

   Options:
     NO_VERDICTS      the hub does not look a repeated id up
     NO_REFUSALS      the hub stores verdicts of accepted commands only
     TWIN_ANSWERED    a second copy is answered while the first waits for its commit
     ACK_FIRST        the answer goes out before the commit
     GIVES_UP         the seat forgets the command after its second sending
     IN_MEMORY        the outbox is lost when the seat is restarted */

#define LOSSES 3
#define SENDS 4
#define ACCEPTED 1
#define REFUSED 2

byte lost, sends, crashes;
byte told;                              /* what the dispatcher saw */
byte stored;                            /* the verdict table */
byte applied;                           /* effects in the journal */
bool outbox = true, released, restarted;
byte pending;                           /* decided, its transaction is open */
chan to_hub = [2] of { bit };
chan to_seat = [2] of { byte };

inline answer(verdict) {
    if
    :: nfull(to_seat) -> to_seat!verdict
    :: lost < LOSSES -> lost++
    fi
}

active proctype Seat() {
    byte verdict;
    do
    :: atomic { outbox && nfull(to_hub) && empty(to_seat) && (sends < SENDS || empty(to_hub)) && !pending ->
                sends = (sends < SENDS -> sends + 1 : sends);
                if
                :: to_hub!0
                :: lost < LOSSES -> lost++
                :: lost < LOSSES && empty(to_hub) -> lost++; to_hub!0; to_hub!0
                fi;
#ifdef GIVES_UP
                if
                :: sends >= 2 -> outbox = false
                :: else
                fi
#endif
              }
    :: atomic { outbox && pending && nfull(to_hub) && lost < LOSSES -> lost++; to_hub!0 }    /* retried meanwhile */
    :: atomic { to_seat?verdict ->
                assert(told == 0 || told == verdict);           /* one verdict per command */
                assert(stored == verdict);                      /* and it is durable */
                told = verdict; outbox = false; verdict = 0 }
    :: atomic { !restarted -> restarted = true;
#ifdef IN_MEMORY
                outbox = false
#endif
              }
    :: atomic { !outbox && empty(to_seat) && empty(to_hub) && !pending -> break }
    od;
    assert(told);                                               /* no command without a verdict */
    assert(applied == (told == ACCEPTED))                       /* and its effects are what was told */
}

active proctype Hub() {
end:
    do
    :: atomic { to_hub?_ ->
                if
#ifndef NO_VERDICTS
                :: stored -> answer(stored)
#endif
#ifdef TWIN_ANSWERED
                :: !stored && pending -> answer(ACCEPTED)
#else
                :: !stored && pending -> skip                   /* already on its way: only the address is renewed */
#endif
#ifdef NO_VERDICTS
                :: !pending -> skip;
#else
                :: !stored && !pending -> skip;
#endif
                   pending = (released -> ACCEPTED : REFUSED);
#ifdef ACK_FIRST
                   answer(pending)
#endif
                fi }
    :: atomic { pending ->                                      /* commit */
                if
                :: pending == ACCEPTED -> applied++; assert(applied == 1)
                :: else
                fi;
#ifdef NO_REFUSALS
                if
                :: pending == ACCEPTED -> stored = pending
                :: else
                fi;
#else
                stored = pending;
#endif
                answer(pending);
                pending = 0 }
    :: atomic { pending && crashes < 2 -> crashes++; pending = 0 }      /* power lost before the commit */
    :: atomic { !released -> released = true }
    od
}
