/* A hub, the relay of a district with its own durable copy, and a seat behind it that shows what it is told. The
   relay may lose power; the hub may be lost for good, then the district commands from the relay's copy, and the
   hub that comes back is fenced.

   Options:
     SHOW_FIRST    the relay hands rows on before they are durable in its own copy
     CUT_OFF_ACKS  a relay that does not hear its hub answers orders by itself
     OLD_HUB       the relay follows a hub of a lower (term, site) again
     REFORWARD     the relay answers a repeated order from what it forwarded, not from the journal */

#define ROWS 3

byte hub_rows, copied, memory, shown;   /* memory: what the relay has read and not yet made durable */
byte acked;                             /* orders people behind the relay were told of, as row numbers */
byte term = 1, followed = 1;
bool cut, taken, back;

active proctype Hub() {
    do
    :: atomic { term == 1 && !cut && hub_rows < ROWS -> hub_rows++ }
    :: atomic { !cut -> cut = true }
    :: atomic { cut && taken && !back -> back = true }
    :: atomic { back || (cut && !taken && timeout) -> break }
    od
}

active proctype Relay() {
    do
    :: atomic { !cut && !taken && memory < hub_rows -> memory++ }
#ifdef SHOW_FIRST
    :: atomic { shown < memory -> shown = memory }
#endif
    :: atomic { !taken && copied < memory -> copied = memory }
    :: atomic { shown < copied -> shown = copied }
#ifdef REFORWARD
    :: atomic { !taken && acked < memory -> acked = memory }
#else
    :: atomic { !taken && acked < copied -> acked = copied }            /* the hub's answer, after its row */
#endif
#ifdef CUT_OFF_ACKS
    :: atomic { cut && !taken && acked < ROWS -> acked++ }
#endif
    :: atomic { !taken && memory > copied -> memory = copied }          /* power lost */
    :: atomic { cut && !taken -> taken = true; memory = copied; term = 2; followed = 2;
                assert(shown <= copied);        /* nobody saw what the new holder does not have */
                assert(acked <= copied) }
#ifdef OLD_HUB
    :: atomic { taken && back -> followed = 1 }
#endif
    :: atomic { taken && back -> assert(followed == term); break }
    od
}
