/* The centre, its second server, two districts with synchronous standbys, and the terminal of one ambulance.

   The centre writes a row, its standbys receive it, then the row is acknowledged. District P may take command
   by order of people. The centre is destroyed, or the line comes back: then it hears (term, site), is fenced,
   hands in its tail and is rewound. Three orders: a call, and one assignment of the same ambulance by either side.

   Without options: quorum of two standbys, so that every acknowledged row is in another building; command is
   taken after the more advanced of both districts' copies was read. Options:
     ISLAND       people may decide that the centre acknowledges with what its own building holds
     NO_FENCE     the terminal obeys whoever calls last
     NO_RESUBMIT  the centre is rewound without handing in its tail
     CANCEL       a commit that waits for its standbys may be cancelled and then counts as done (SQLSTATE 01000)
     ANY_1        one standby is enough: the one in the same building answers first
     BLIND        command is taken with P's copy alone, though Q may have more
     RESTART_ACKS after a restart of the centre the rows it reads count as acknowledged
     BOOT_IN_TERM term and boot are one number: every restart raises what the other side compares */

#define CALL 1
#define FROM_CITY 2
#define FROM_P 4
#define ASSIGNS (FROM_CITY | FROM_P)
#define CITY 1
#define P 2
#define BOOTS 3

#ifdef ANY_1
#define CONFIRMED(row) ((near & row) || (p & row) || (q & row))
#else
#define CONFIRMED(row) (((near & row) != 0) + ((p & row) != 0) + ((q & row) != 0) >= 2)
#endif

#ifdef BOOT_IN_TERM
#define NEWER(term_a, boot_a, site_a, term_b, boot_b, site_b) (term_a + boot_a > term_b + boot_b)
#define NUMBER(term, boot) (term + boot)
#else
#define NEWER(term_a, boot_a, site_a, term_b, boot_b, site_b) \
    (term_a > term_b || (term_a == term_b && site_a > site_b))
#define NUMBER(term, boot) (term)
#endif

byte city, near, p, q;          /* rows on the disks */
byte acked, conflict;           /* rows somebody was told of; rows for people to settle */
byte island_only;                     /* rows acknowledged as being in this building only */
byte waiting;                   /* the row whose commit the centre waits for */
byte boot;                      /* starts of the centre's hub after the first */
bool up = true;
bool island, p_commands, q_moved, fenced, rejoined, destroyed;
byte holder_of[8];              /* who acknowledged under this number */
byte obeyed;                    /* orders the ambulance drove for */
chan radio = [4] of { byte, byte, byte };   /* order, number, site */

inline acknowledge(row, number, site) {
    assert(holder_of[number] == 0 || holder_of[number] == site);    /* one acknowledging holder of a term */
    holder_of[number] = site;
    acked = acked | row;
    if
    :: row & ASSIGNS -> radio!row, number, site
    :: else
    fi
}

active proctype Centre() {
    do
    :: atomic { !fenced && !waiting && !(city & CALL) -> city = city | CALL; waiting = CALL }
    :: atomic { !fenced && !waiting && !(city & ASSIGNS) -> city = city | FROM_CITY; waiting = FROM_CITY }
    :: atomic { waiting && !(near & waiting) -> near = near | waiting }
    :: atomic { waiting && up && !p_commands && !(p & waiting) -> p = p | waiting }
    :: atomic { waiting && up && !q_moved && !(q & waiting) -> q = q | waiting }
    :: atomic { waiting && !fenced && CONFIRMED(waiting) ->
                acknowledge(waiting, NUMBER(1, boot), CITY); waiting = 0 }
#ifdef ISLAND
    :: atomic { waiting && !up && !island -> island = true }
    :: atomic { waiting && island && !fenced && (near & waiting) ->
                acknowledge(waiting, NUMBER(1, boot), CITY); island_only = island_only | waiting; waiting = 0 }
#endif
#ifdef CANCEL
    :: atomic { waiting && !fenced -> acknowledge(waiting, NUMBER(1, boot), CITY); waiting = 0 }
#endif
    :: atomic { !fenced && !up && boot < BOOTS -> boot++;
#ifdef RESTART_ACKS
                if
                :: waiting -> acknowledge(waiting, NUMBER(1, boot), CITY); waiting = 0
                :: else
                fi
#endif
              }
    :: atomic { up && p_commands && !fenced -> 
                if
                :: NEWER(2, 0, P, 1, boot, CITY) -> fenced = true
                :: else -> assert(false)        /* the side people ordered to command would have to yield */
                fi }
    :: atomic { !fenced && !up -> destroyed = true; waiting = 0; break }
    :: atomic { fenced && !rejoined ->
                byte tail = city & ~p;
#ifndef NO_RESUBMIT
                if
                :: (tail & FROM_CITY) && (p & FROM_P) -> conflict = conflict | FROM_CITY; tail = tail & ~FROM_CITY
                :: else
                fi;
                p = p | tail;
#endif
                city = p; waiting = 0; tail = 0; rejoined = true; break }
    od
}

active proctype Line() {
    if
    :: atomic { up -> up = false }
    fi;
    p_commands;                 /* the line may be mended only after what is of interest happened */
    up = true
}

active proctype District() {
    /* People decide by what they know; that the centre cannot be reached is enough. */
    atomic { !up -> p_commands = true;
#ifndef BLIND
             q_moved = true; p = p | q;         /* Q follows P from here on: it confirms nothing else */
#endif
    };
    do
    :: atomic { !(p & ASSIGNS) -> p = p | FROM_P; acknowledge(FROM_P, NUMBER(2, 0), P) }
    :: atomic { rejoined ->
                assert((acked & ~(p | conflict)) == 0); break }         /* nothing acknowledged is lost silently */
    :: atomic { destroyed ->
                assert((acked & ~(p | conflict | island_only)) == 0); break } /* but what was said to be here only */
    od
}

active proctype Terminal() {
    byte order, number, site, highest, highest_site;
end:
    do
    :: atomic { radio??order, number, site ->
#ifdef NO_FENCE
                obeyed++;
#else
                if
                :: obeyed == 0 && (number > highest || (number == highest && site >= highest_site)) ->
                    obeyed++; highest = number; highest_site = site
                :: else -> skip                 /* refused: stale, or on a mission */
                fi;
#endif
                assert(obeyed <= 1);            /* one ambulance is never moved by two orders */
                order = 0; number = 0; site = 0 }
    od
}
