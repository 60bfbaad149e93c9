	switch (t->back) {
	default: Uerror("bad return move");
	case  0: goto R999; /* nothing to undo */

		 /* PROC Terminal */

	case 3: // STATE 1
		;
	/* 0 */	((P3 *)_this)->order = trpt->bup.ovals[4];
		XX = trpt->bup.ovals[0];
		unrecv(now.radio, XX-1, 0, ((int)((P3 *)_this)->order), 1);
		unrecv(now.radio, XX-1, 1, ((int)((P3 *)_this)->number), 0);
		unrecv(now.radio, XX-1, 2, ((int)((P3 *)_this)->site), 0);
		((P3 *)_this)->order = trpt->bup.ovals[1];
		((P3 *)_this)->number = trpt->bup.ovals[2];
		((P3 *)_this)->site = trpt->bup.ovals[3];
		;
		;
		ungrab_ints(trpt->bup.ovals, 5);
		goto R999;

	case 4: // STATE 13
		;
		((P3 *)_this)->site = trpt->bup.ovals[7];
		((P3 *)_this)->number = trpt->bup.ovals[6];
		((P3 *)_this)->order = trpt->bup.ovals[5];
		((P3 *)_this)->highest_site = trpt->bup.ovals[4];
		((P3 *)_this)->highest = trpt->bup.ovals[3];
		now.obeyed = trpt->bup.ovals[2];
	/* 1 */	((P3 *)_this)->highest_site = trpt->bup.ovals[1];
	/* 0 */	((P3 *)_this)->highest = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 8);
		goto R999;

	case 5: // STATE 13
		;
		((P3 *)_this)->site = trpt->bup.ovals[2];
		((P3 *)_this)->number = trpt->bup.ovals[1];
		((P3 *)_this)->order = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;

	case 6: // STATE 13
		;
		((P3 *)_this)->site = trpt->bup.ovals[2];
		((P3 *)_this)->number = trpt->bup.ovals[1];
		((P3 *)_this)->order = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;

	case 7: // STATE 18
		;
		p_restor(II);
		;
		;
		goto R999;

		 /* PROC District */

	case 8: // STATE 4
		;
		now.p = trpt->bup.ovals[2];
		now.q_moved = trpt->bup.ovals[1];
		now.p_commands = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;

	case 9: // STATE 7
		;
		now.p = trpt->bup.oval;
		;
		goto R999;

	case 10: // STATE 10
		;
		now.acked = trpt->bup.ovals[1];
		now.holder_of[2] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;
;
		;
		
	case 12: // STATE 12
		;
		_m = unsend(now.radio);
		;
		goto R999;
;
		
	case 13: // STATE 18
		goto R999;
;
		;
		
	case 15: // STATE 25
		;
		p_restor(II);
		;
		;
		goto R999;

		 /* PROC Line */

	case 16: // STATE 2
		;
		now.up = trpt->bup.oval;
		;
		goto R999;
;
		;
		
	case 18: // STATE 7
		;
		now.up = trpt->bup.oval;
		;
		goto R999;

	case 19: // STATE 8
		;
		p_restor(II);
		;
		;
		goto R999;

		 /* PROC Centre */

	case 20: // STATE 3
		;
		now.waiting = trpt->bup.ovals[1];
		now.city = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 21: // STATE 7
		;
		now.waiting = trpt->bup.ovals[1];
		now.city = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 22: // STATE 10
		;
		now.near = trpt->bup.oval;
		;
		goto R999;

	case 23: // STATE 13
		;
		now.p = trpt->bup.oval;
		;
		goto R999;

	case 24: // STATE 16
		;
		now.q = trpt->bup.oval;
		;
		goto R999;
;
		;
		
	case 26: // STATE 21
		;
		now.acked = trpt->bup.ovals[1];
		now.holder_of[1] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;
;
		;
		
	case 28: // STATE 28
		;
		now.waiting = trpt->bup.oval;
		_m = unsend(now.radio);
		;
		goto R999;

	case 29: // STATE 28
		;
		now.waiting = trpt->bup.oval;
		;
		goto R999;

	case 30: // STATE 31
		;
		now.boot = trpt->bup.oval;
		;
		goto R999;
;
		;
		
	case 32: // STATE 35
		;
		now.fenced = trpt->bup.oval;
		;
		goto R999;
;
		
	case 33: // STATE 39
		goto R999;
;
		
	case 34: // STATE 37
		goto R999;

	case 35: // STATE 42
		;
		((P0 *)_this)->_2_9_tail = trpt->bup.oval;
		;
		goto R999;

	case 36: // STATE 53
		;
		now.rejoined = trpt->bup.ovals[6];
		((P0 *)_this)->_2_9_tail = trpt->bup.ovals[5];
		now.waiting = trpt->bup.ovals[4];
		now.city = trpt->bup.ovals[3];
		now.p = trpt->bup.ovals[2];
		((P0 *)_this)->_2_9_tail = trpt->bup.ovals[1];
		now.conflict = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 7);
		goto R999;

	case 37: // STATE 53
		;
		now.rejoined = trpt->bup.ovals[4];
		((P0 *)_this)->_2_9_tail = trpt->bup.ovals[3];
		now.waiting = trpt->bup.ovals[2];
		now.city = trpt->bup.ovals[1];
		now.p = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 5);
		goto R999;

	case 38: // STATE 59
		;
		p_restor(II);
		;
		;
		goto R999;
	}

