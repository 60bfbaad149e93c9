#define rand	pan_rand
#define pthread_equal(a,b)	((a)==(b))
#if defined(HAS_CODE) && defined(VERBOSE)
	#ifdef BFS_PAR
		bfs_printf("Pr: %d Tr: %d\n", II, t->forw);
	#else
		cpu_printf("Pr: %d Tr: %d\n", II, t->forw);
	#endif
#endif
	switch (t->forw) {
	default: Uerror("bad forward move");
	case 0:	/* if without executable clauses */
		continue;
	case 1: /* generic 'goto' or 'skip' */
		IfNotBlocked
		_m = 3; goto P999;
	case 2: /* generic 'else' */
		IfNotBlocked
		if (trpt->o_pm&1) continue;
		_m = 3; goto P999;

		 /* PROC Terminal */
	case 3: // STATE 1 - takeover.pml:130 - [radio??order,number,site] (0:0:5 - 1)
		reached[3][1] = 1;
		if (q_len(now.radio) == 0) continue;

		XX=1;
		if (!(XX = Q_has(now.radio, 0, 0, 0, 0, 0, 0))) continue;
		(trpt+1)->bup.ovals = grab_ints(5);
		(trpt+1)->bup.ovals[0] = XX;
		(trpt+1)->bup.ovals[1] = ((int)((P3 *)_this)->order);
		(trpt+1)->bup.ovals[2] = ((int)((P3 *)_this)->number);
		(trpt+1)->bup.ovals[3] = ((int)((P3 *)_this)->site);
		;
		((P3 *)_this)->order = qrecv(now.radio, XX-1, 0, 0);
#ifdef VAR_RANGES
		logval("Terminal:order", ((int)((P3 *)_this)->order));
#endif
		;
		((P3 *)_this)->number = qrecv(now.radio, XX-1, 1, 0);
#ifdef VAR_RANGES
		logval("Terminal:number", ((int)((P3 *)_this)->number));
#endif
		;
		((P3 *)_this)->site = qrecv(now.radio, XX-1, 2, 1);
#ifdef VAR_RANGES
		logval("Terminal:site", ((int)((P3 *)_this)->site));
#endif
		;
		
#ifdef HAS_CODE
		if (readtrail && gui) {
			char simtmp[32];
			sprintf(simvals, "%d?", now.radio);
		sprintf(simtmp, "%d", ((int)((P3 *)_this)->order)); strcat(simvals, simtmp);		strcat(simvals, ",");
		sprintf(simtmp, "%d", ((int)((P3 *)_this)->number)); strcat(simvals, simtmp);		strcat(simvals, ",");
		sprintf(simtmp, "%d", ((int)((P3 *)_this)->site)); strcat(simvals, simtmp);		}
#endif
		;
		if (TstOnly) return 1; /* TT */
		/* dead 2: order */  (trpt+1)->bup.ovals[4] = ((P3 *)_this)->order;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->order = 0;
		_m = 4; goto P999; /* 0 */
	case 4: // STATE 2 - takeover.pml:135 - [(((obeyed==0)&&((number>highest)||((number==highest)&&(site>=highest_site)))))] (15:0:8 - 1)
		IfNotBlocked
		reached[3][2] = 1;
		if (!(((((int)now.obeyed)==0)&&((((int)((P3 *)_this)->number)>((int)((P3 *)_this)->highest))||((((int)((P3 *)_this)->number)==((int)((P3 *)_this)->highest))&&(((int)((P3 *)_this)->site)>=((int)((P3 *)_this)->highest_site)))))))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: highest */  (trpt+1)->bup.ovals = grab_ints(8);
		(trpt+1)->bup.ovals[0] = ((P3 *)_this)->highest;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->highest = 0;
		if (TstOnly) return 1; /* TT */
		/* dead 1: highest_site */  (trpt+1)->bup.ovals[1] = ((P3 *)_this)->highest_site;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->highest_site = 0;
		/* merge: obeyed = (obeyed+1)(15, 3, 15) */
		reached[3][3] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.obeyed);
		now.obeyed = (((int)now.obeyed)+1);
#ifdef VAR_RANGES
		logval("obeyed", ((int)now.obeyed));
#endif
		;
		/* merge: highest = number(15, 4, 15) */
		reached[3][4] = 1;
		(trpt+1)->bup.ovals[3] = ((int)((P3 *)_this)->highest);
		((P3 *)_this)->highest = ((int)((P3 *)_this)->number);
#ifdef VAR_RANGES
		logval("Terminal:highest", ((int)((P3 *)_this)->highest));
#endif
		;
		/* merge: highest_site = site(15, 5, 15) */
		reached[3][5] = 1;
		(trpt+1)->bup.ovals[4] = ((int)((P3 *)_this)->highest_site);
		((P3 *)_this)->highest_site = ((int)((P3 *)_this)->site);
#ifdef VAR_RANGES
		logval("Terminal:highest_site", ((int)((P3 *)_this)->highest_site));
#endif
		;
		/* merge: .(goto)(15, 9, 15) */
		reached[3][9] = 1;
		;
		/* merge: assert((obeyed<=1))(15, 10, 15) */
		reached[3][10] = 1;
		spin_assert((((int)now.obeyed)<=1), "(obeyed<=1)", II, tt, t);
		/* merge: order = 0(15, 11, 15) */
		reached[3][11] = 1;
		(trpt+1)->bup.ovals[5] = ((int)((P3 *)_this)->order);
		((P3 *)_this)->order = 0;
#ifdef VAR_RANGES
		logval("Terminal:order", ((int)((P3 *)_this)->order));
#endif
		;
		/* merge: number = 0(15, 12, 15) */
		reached[3][12] = 1;
		(trpt+1)->bup.ovals[6] = ((int)((P3 *)_this)->number);
		((P3 *)_this)->number = 0;
#ifdef VAR_RANGES
		logval("Terminal:number", ((int)((P3 *)_this)->number));
#endif
		;
		/* merge: site = 0(15, 13, 15) */
		reached[3][13] = 1;
		(trpt+1)->bup.ovals[7] = ((int)((P3 *)_this)->site);
		((P3 *)_this)->site = 0;
#ifdef VAR_RANGES
		logval("Terminal:site", ((int)((P3 *)_this)->site));
#endif
		;
		/* merge: .(goto)(0, 16, 15) */
		reached[3][16] = 1;
		;
		_m = 3; goto P999; /* 9 */
	case 5: // STATE 7 - takeover.pml:137 - [(1)] (15:0:3 - 1)
		IfNotBlocked
		reached[3][7] = 1;
		if (!(1))
			continue;
		/* merge: .(goto)(15, 9, 15) */
		reached[3][9] = 1;
		;
		/* merge: assert((obeyed<=1))(15, 10, 15) */
		reached[3][10] = 1;
		spin_assert((((int)now.obeyed)<=1), "(obeyed<=1)", II, tt, t);
		/* merge: order = 0(15, 11, 15) */
		reached[3][11] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)((P3 *)_this)->order);
		((P3 *)_this)->order = 0;
#ifdef VAR_RANGES
		logval("Terminal:order", ((int)((P3 *)_this)->order));
#endif
		;
		/* merge: number = 0(15, 12, 15) */
		reached[3][12] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P3 *)_this)->number);
		((P3 *)_this)->number = 0;
#ifdef VAR_RANGES
		logval("Terminal:number", ((int)((P3 *)_this)->number));
#endif
		;
		/* merge: site = 0(15, 13, 15) */
		reached[3][13] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P3 *)_this)->site);
		((P3 *)_this)->site = 0;
#ifdef VAR_RANGES
		logval("Terminal:site", ((int)((P3 *)_this)->site));
#endif
		;
		/* merge: .(goto)(0, 16, 15) */
		reached[3][16] = 1;
		;
		_m = 3; goto P999; /* 6 */
	case 6: // STATE 10 - takeover.pml:140 - [assert((obeyed<=1))] (0:15:3 - 3)
		IfNotBlocked
		reached[3][10] = 1;
		spin_assert((((int)now.obeyed)<=1), "(obeyed<=1)", II, tt, t);
		/* merge: order = 0(15, 11, 15) */
		reached[3][11] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)((P3 *)_this)->order);
		((P3 *)_this)->order = 0;
#ifdef VAR_RANGES
		logval("Terminal:order", ((int)((P3 *)_this)->order));
#endif
		;
		/* merge: number = 0(15, 12, 15) */
		reached[3][12] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P3 *)_this)->number);
		((P3 *)_this)->number = 0;
#ifdef VAR_RANGES
		logval("Terminal:number", ((int)((P3 *)_this)->number));
#endif
		;
		/* merge: site = 0(15, 13, 15) */
		reached[3][13] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P3 *)_this)->site);
		((P3 *)_this)->site = 0;
#ifdef VAR_RANGES
		logval("Terminal:site", ((int)((P3 *)_this)->site));
#endif
		;
		/* merge: .(goto)(0, 16, 15) */
		reached[3][16] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 7: // STATE 18 - takeover.pml:143 - [-end-] (0:0:0 - 1)
		IfNotBlocked
		reached[3][18] = 1;
		if (!delproc(1, II)) continue;
		_m = 3; goto P999; /* 0 */

		 /* PROC District */
	case 8: // STATE 1 - takeover.pml:114 - [(!(up))] (21:0:3 - 1)
		IfNotBlocked
		reached[2][1] = 1;
		if (!( !(((int)now.up))))
			continue;
		/* merge: p_commands = 1(21, 2, 21) */
		reached[2][2] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)now.p_commands);
		now.p_commands = 1;
#ifdef VAR_RANGES
		logval("p_commands", ((int)now.p_commands));
#endif
		;
		/* merge: q_moved = 1(21, 3, 21) */
		reached[2][3] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.q_moved);
		now.q_moved = 1;
#ifdef VAR_RANGES
		logval("q_moved", ((int)now.q_moved));
#endif
		;
		/* merge: p = (p|q)(21, 4, 21) */
		reached[2][4] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.p);
		now.p = (((int)now.p)|((int)now.q));
#ifdef VAR_RANGES
		logval("p", ((int)now.p));
#endif
		;
		/* merge: .(goto)(0, 22, 21) */
		reached[2][22] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 9: // STATE 6 - takeover.pml:120 - [(!((p&(2|4))))] (16:0:1 - 1)
		IfNotBlocked
		reached[2][6] = 1;
		if (!( !((((int)now.p)&(2|4)))))
			continue;
		/* merge: p = (p|4)(0, 7, 16) */
		reached[2][7] = 1;
		(trpt+1)->bup.oval = ((int)now.p);
		now.p = (((int)now.p)|4);
#ifdef VAR_RANGES
		logval("p", ((int)now.p));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 10: // STATE 8 - takeover.pml:52 - [assert(((holder_of[2]==0)||(holder_of[2]==2)))] (0:14:2 - 1)
		IfNotBlocked
		reached[2][8] = 1;
		spin_assert(((((int)now.holder_of[2])==0)||(((int)now.holder_of[2])==2)), "((holder_of[2]==0)||(holder_of[2]==2))", II, tt, t);
		/* merge: holder_of[2] = 2(14, 9, 14) */
		reached[2][9] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.holder_of[2]);
		now.holder_of[2] = 2;
#ifdef VAR_RANGES
		logval("holder_of[2]", ((int)now.holder_of[2]));
#endif
		;
		/* merge: acked = (acked|4)(14, 10, 14) */
		reached[2][10] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.acked);
		now.acked = (((int)now.acked)|4);
#ifdef VAR_RANGES
		logval("acked", ((int)now.acked));
#endif
		;
		_m = 3; goto P999; /* 2 */
	case 11: // STATE 11 - takeover.pml:56 - [((4&(2|4)))] (0:0:0 - 1)
		IfNotBlocked
		reached[2][11] = 1;
		if (!((4&(2|4))))
			continue;
		_m = 3; goto P999; /* 0 */
	case 12: // STATE 12 - takeover.pml:56 - [radio!4,2,2] (21:0:0 - 1)
		IfNotBlocked
		reached[2][12] = 1;
		if (q_full(now.radio))
			continue;
#ifdef HAS_CODE
		if (readtrail && gui) {
			char simtmp[64];
			sprintf(simvals, "%d!", now.radio);
		sprintf(simtmp, "%d", 4); strcat(simvals, simtmp);		strcat(simvals, ",");
		sprintf(simtmp, "%d", 2); strcat(simvals, simtmp);		strcat(simvals, ",");
		sprintf(simtmp, "%d", 2); strcat(simvals, simtmp);		}
#endif
		
		qsend(now.radio, 0, 4, 2, 2, 3);
		/* merge: .(goto)(0, 15, 21) */
		reached[2][15] = 1;
		;
		/* merge: .(goto)(0, 22, 21) */
		reached[2][22] = 1;
		;
		_m = 2; goto P999; /* 2 */
	case 13: // STATE 18 - takeover.pml:121 - [(rejoined)] (24:0:0 - 1)
		IfNotBlocked
		reached[2][18] = 1;
		if (!(((int)now.rejoined)))
			continue;
		/* merge: goto :b1(0, 19, 24) */
		reached[2][19] = 1;
		;
		_m = 3; goto P999; /* 1 */
	case 14: // STATE 24 - takeover.pml:123 - [assert(((acked&~((p|conflict)))==0))] (0:0:0 - 2)
		IfNotBlocked
		reached[2][24] = 1;
		spin_assert(((((int)now.acked)& ~((((int)now.p)|((int)now.conflict))))==0), "((acked& ~((p|conflict)))==0)", II, tt, t);
		_m = 3; goto P999; /* 0 */
	case 15: // STATE 25 - takeover.pml:124 - [-end-] (0:0:0 - 1)
		IfNotBlocked
		reached[2][25] = 1;
		if (!delproc(1, II)) continue;
		_m = 3; goto P999; /* 0 */

		 /* PROC Line */
	case 16: // STATE 1 - takeover.pml:106 - [(up)] (6:0:1 - 1)
		IfNotBlocked
		reached[1][1] = 1;
		if (!(((int)now.up)))
			continue;
		/* merge: up = 0(0, 2, 6) */
		reached[1][2] = 1;
		(trpt+1)->bup.oval = ((int)now.up);
		now.up = 0;
#ifdef VAR_RANGES
		logval("up", ((int)now.up));
#endif
		;
		/* merge: .(goto)(0, 5, 6) */
		reached[1][5] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 17: // STATE 6 - takeover.pml:108 - [(p_commands)] (0:0:0 - 2)
		IfNotBlocked
		reached[1][6] = 1;
		if (!(((int)now.p_commands)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 18: // STATE 7 - takeover.pml:109 - [up = 1] (0:0:1 - 1)
		IfNotBlocked
		reached[1][7] = 1;
		(trpt+1)->bup.oval = ((int)now.up);
		now.up = 1;
#ifdef VAR_RANGES
		logval("up", ((int)now.up));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 19: // STATE 8 - takeover.pml:110 - [-end-] (0:0:0 - 1)
		IfNotBlocked
		reached[1][8] = 1;
		if (!delproc(1, II)) continue;
		_m = 3; goto P999; /* 0 */

		 /* PROC Centre */
	case 20: // STATE 1 - takeover.pml:63 - [(((!(fenced)&&!(waiting))&&!((city&1))))] (56:0:2 - 1)
		IfNotBlocked
		reached[0][1] = 1;
		if (!((( !(((int)now.fenced))&& !(((int)now.waiting)))&& !((((int)now.city)&1)))))
			continue;
		/* merge: city = (city|1)(56, 2, 56) */
		reached[0][2] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.city);
		now.city = (((int)now.city)|1);
#ifdef VAR_RANGES
		logval("city", ((int)now.city));
#endif
		;
		/* merge: waiting = 1(56, 3, 56) */
		reached[0][3] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.waiting);
		now.waiting = 1;
#ifdef VAR_RANGES
		logval("waiting", ((int)now.waiting));
#endif
		;
		/* merge: .(goto)(0, 57, 56) */
		reached[0][57] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 21: // STATE 5 - takeover.pml:64 - [(((!(fenced)&&!(waiting))&&!((city&(2|4)))))] (56:0:2 - 1)
		IfNotBlocked
		reached[0][5] = 1;
		if (!((( !(((int)now.fenced))&& !(((int)now.waiting)))&& !((((int)now.city)&(2|4))))))
			continue;
		/* merge: city = (city|2)(56, 6, 56) */
		reached[0][6] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.city);
		now.city = (((int)now.city)|2);
#ifdef VAR_RANGES
		logval("city", ((int)now.city));
#endif
		;
		/* merge: waiting = 2(56, 7, 56) */
		reached[0][7] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.waiting);
		now.waiting = 2;
#ifdef VAR_RANGES
		logval("waiting", ((int)now.waiting));
#endif
		;
		/* merge: .(goto)(0, 57, 56) */
		reached[0][57] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 22: // STATE 9 - takeover.pml:65 - [((waiting&&!((near&waiting))))] (56:0:1 - 1)
		IfNotBlocked
		reached[0][9] = 1;
		if (!((((int)now.waiting)&& !((((int)now.near)&((int)now.waiting))))))
			continue;
		/* merge: near = (near|waiting)(0, 10, 56) */
		reached[0][10] = 1;
		(trpt+1)->bup.oval = ((int)now.near);
		now.near = (((int)now.near)|((int)now.waiting));
#ifdef VAR_RANGES
		logval("near", ((int)now.near));
#endif
		;
		/* merge: .(goto)(0, 57, 56) */
		reached[0][57] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 23: // STATE 12 - takeover.pml:66 - [((((waiting&&up)&&!(p_commands))&&!((p&waiting))))] (56:0:1 - 1)
		IfNotBlocked
		reached[0][12] = 1;
		if (!((((((int)now.waiting)&&((int)now.up))&& !(((int)now.p_commands)))&& !((((int)now.p)&((int)now.waiting))))))
			continue;
		/* merge: p = (p|waiting)(0, 13, 56) */
		reached[0][13] = 1;
		(trpt+1)->bup.oval = ((int)now.p);
		now.p = (((int)now.p)|((int)now.waiting));
#ifdef VAR_RANGES
		logval("p", ((int)now.p));
#endif
		;
		/* merge: .(goto)(0, 57, 56) */
		reached[0][57] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 24: // STATE 15 - takeover.pml:67 - [((((waiting&&up)&&!(q_moved))&&!((q&waiting))))] (56:0:1 - 1)
		IfNotBlocked
		reached[0][15] = 1;
		if (!((((((int)now.waiting)&&((int)now.up))&& !(((int)now.q_moved)))&& !((((int)now.q)&((int)now.waiting))))))
			continue;
		/* merge: q = (q|waiting)(0, 16, 56) */
		reached[0][16] = 1;
		(trpt+1)->bup.oval = ((int)now.q);
		now.q = (((int)now.q)|((int)now.waiting));
#ifdef VAR_RANGES
		logval("q", ((int)now.q));
#endif
		;
		/* merge: .(goto)(0, 57, 56) */
		reached[0][57] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 25: // STATE 18 - takeover.pml:68 - [(((waiting&&!(fenced))&&(((((near&waiting)!=0)+((p&waiting)!=0))+((q&waiting)!=0))>=2)))] (0:0:0 - 1)
		IfNotBlocked
		reached[0][18] = 1;
		if (!(((((int)now.waiting)&& !(((int)now.fenced)))&&(((((((int)now.near)&((int)now.waiting))!=0)+((((int)now.p)&((int)now.waiting))!=0))+((((int)now.q)&((int)now.waiting))!=0))>=2))))
			continue;
		_m = 3; goto P999; /* 0 */
	case 26: // STATE 19 - takeover.pml:52 - [assert(((holder_of[1]==0)||(holder_of[1]==1)))] (0:25:2 - 1)
		IfNotBlocked
		reached[0][19] = 1;
		spin_assert(((((int)now.holder_of[1])==0)||(((int)now.holder_of[1])==1)), "((holder_of[1]==0)||(holder_of[1]==1))", II, tt, t);
		/* merge: holder_of[1] = 1(25, 20, 25) */
		reached[0][20] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.holder_of[1]);
		now.holder_of[1] = 1;
#ifdef VAR_RANGES
		logval("holder_of[1]", ((int)now.holder_of[1]));
#endif
		;
		/* merge: acked = (acked|waiting)(25, 21, 25) */
		reached[0][21] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.acked);
		now.acked = (((int)now.acked)|((int)now.waiting));
#ifdef VAR_RANGES
		logval("acked", ((int)now.acked));
#endif
		;
		_m = 3; goto P999; /* 2 */
	case 27: // STATE 22 - takeover.pml:56 - [((waiting&(2|4)))] (0:0:0 - 1)
		IfNotBlocked
		reached[0][22] = 1;
		if (!((((int)now.waiting)&(2|4))))
			continue;
		_m = 3; goto P999; /* 0 */
	case 28: // STATE 23 - takeover.pml:56 - [radio!waiting,1,1] (56:0:1 - 1)
		IfNotBlocked
		reached[0][23] = 1;
		if (q_full(now.radio))
			continue;
#ifdef HAS_CODE
		if (readtrail && gui) {
			char simtmp[64];
			sprintf(simvals, "%d!", now.radio);
		sprintf(simtmp, "%d", ((int)now.waiting)); strcat(simvals, simtmp);		strcat(simvals, ",");
		sprintf(simtmp, "%d", 1); strcat(simvals, simtmp);		strcat(simvals, ",");
		sprintf(simtmp, "%d", 1); strcat(simvals, simtmp);		}
#endif
		
		qsend(now.radio, 0, ((int)now.waiting), 1, 1, 3);
		/* merge: .(goto)(56, 26, 56) */
		reached[0][26] = 1;
		;
		/* merge: waiting = 0(56, 28, 56) */
		reached[0][28] = 1;
		(trpt+1)->bup.oval = ((int)now.waiting);
		now.waiting = 0;
#ifdef VAR_RANGES
		logval("waiting", ((int)now.waiting));
#endif
		;
		/* merge: .(goto)(0, 57, 56) */
		reached[0][57] = 1;
		;
		_m = 2; goto P999; /* 3 */
	case 29: // STATE 26 - takeover.pml:59 - [.(goto)] (0:56:1 - 2)
		IfNotBlocked
		reached[0][26] = 1;
		;
		/* merge: waiting = 0(56, 28, 56) */
		reached[0][28] = 1;
		(trpt+1)->bup.oval = ((int)now.waiting);
		now.waiting = 0;
#ifdef VAR_RANGES
		logval("waiting", ((int)now.waiting));
#endif
		;
		/* merge: .(goto)(0, 57, 56) */
		reached[0][57] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 30: // STATE 30 - takeover.pml:78 - [(((!(fenced)&&!(up))&&(boot<3)))] (56:0:1 - 1)
		IfNotBlocked
		reached[0][30] = 1;
		if (!((( !(((int)now.fenced))&& !(((int)now.up)))&&(((int)now.boot)<3))))
			continue;
		/* merge: boot = (boot+1)(0, 31, 56) */
		reached[0][31] = 1;
		(trpt+1)->bup.oval = ((int)now.boot);
		now.boot = (((int)now.boot)+1);
#ifdef VAR_RANGES
		logval("boot", ((int)now.boot));
#endif
		;
		/* merge: .(goto)(0, 57, 56) */
		reached[0][57] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 31: // STATE 33 - takeover.pml:86 - [(((up&&p_commands)&&!(fenced)))] (0:0:0 - 1)
		IfNotBlocked
		reached[0][33] = 1;
		if (!(((((int)now.up)&&((int)now.p_commands))&& !(((int)now.fenced)))))
			continue;
		_m = 3; goto P999; /* 0 */
	case 32: // STATE 34 - takeover.pml:88 - [(((2>1)||((2==1)&&(2>1))))] (56:0:1 - 1)
		IfNotBlocked
		reached[0][34] = 1;
		if (!(((2>1)||((2==1)&&(2>1)))))
			continue;
		/* merge: fenced = 1(56, 35, 56) */
		reached[0][35] = 1;
		(trpt+1)->bup.oval = ((int)now.fenced);
		now.fenced = 1;
#ifdef VAR_RANGES
		logval("fenced", ((int)now.fenced));
#endif
		;
		/* merge: .(goto)(56, 39, 56) */
		reached[0][39] = 1;
		;
		/* merge: .(goto)(0, 57, 56) */
		reached[0][57] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 33: // STATE 39 - takeover.pml:90 - [.(goto)] (0:56:0 - 2)
		IfNotBlocked
		reached[0][39] = 1;
		;
		/* merge: .(goto)(0, 57, 56) */
		reached[0][57] = 1;
		;
		_m = 3; goto P999; /* 1 */
	case 34: // STATE 37 - takeover.pml:89 - [assert(0)] (0:56:0 - 1)
		IfNotBlocked
		reached[0][37] = 1;
		spin_assert(0, "0", II, tt, t);
		/* merge: .(goto)(56, 39, 56) */
		reached[0][39] = 1;
		;
		/* merge: .(goto)(0, 57, 56) */
		reached[0][57] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 35: // STATE 41 - takeover.pml:91 - [((fenced&&!(rejoined)))] (47:0:1 - 1)
		IfNotBlocked
		reached[0][41] = 1;
		if (!((((int)now.fenced)&& !(((int)now.rejoined)))))
			continue;
		/* merge: tail = (city&~(p))(0, 42, 47) */
		reached[0][42] = 1;
		(trpt+1)->bup.oval = ((int)((P0 *)_this)->_2_9_tail);
		((P0 *)_this)->_2_9_tail = (((int)now.city)& ~(((int)now.p)));
#ifdef VAR_RANGES
		logval("Centre:tail", ((int)((P0 *)_this)->_2_9_tail));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 36: // STATE 43 - takeover.pml:95 - [(((tail&2)&&(p&4)))] (59:0:7 - 1)
		IfNotBlocked
		reached[0][43] = 1;
		if (!(((((int)((P0 *)_this)->_2_9_tail)&2)&&(((int)now.p)&4))))
			continue;
		/* merge: conflict = (conflict|2)(59, 44, 59) */
		reached[0][44] = 1;
		(trpt+1)->bup.ovals = grab_ints(7);
		(trpt+1)->bup.ovals[0] = ((int)now.conflict);
		now.conflict = (((int)now.conflict)|2);
#ifdef VAR_RANGES
		logval("conflict", ((int)now.conflict));
#endif
		;
		/* merge: tail = (tail&~(2))(59, 45, 59) */
		reached[0][45] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P0 *)_this)->_2_9_tail);
		((P0 *)_this)->_2_9_tail = (((int)((P0 *)_this)->_2_9_tail)& ~(2));
#ifdef VAR_RANGES
		logval("Centre:tail", ((int)((P0 *)_this)->_2_9_tail));
#endif
		;
		/* merge: .(goto)(59, 48, 59) */
		reached[0][48] = 1;
		;
		/* merge: p = (p|tail)(59, 49, 59) */
		reached[0][49] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.p);
		now.p = (((int)now.p)|((int)((P0 *)_this)->_2_9_tail));
#ifdef VAR_RANGES
		logval("p", ((int)now.p));
#endif
		;
		/* merge: city = p(59, 50, 59) */
		reached[0][50] = 1;
		(trpt+1)->bup.ovals[3] = ((int)now.city);
		now.city = ((int)now.p);
#ifdef VAR_RANGES
		logval("city", ((int)now.city));
#endif
		;
		/* merge: waiting = 0(59, 51, 59) */
		reached[0][51] = 1;
		(trpt+1)->bup.ovals[4] = ((int)now.waiting);
		now.waiting = 0;
#ifdef VAR_RANGES
		logval("waiting", ((int)now.waiting));
#endif
		;
		/* merge: tail = 0(59, 52, 59) */
		reached[0][52] = 1;
		(trpt+1)->bup.ovals[5] = ((int)((P0 *)_this)->_2_9_tail);
		((P0 *)_this)->_2_9_tail = 0;
#ifdef VAR_RANGES
		logval("Centre:tail", ((int)((P0 *)_this)->_2_9_tail));
#endif
		;
		/* merge: rejoined = 1(59, 53, 59) */
		reached[0][53] = 1;
		(trpt+1)->bup.ovals[6] = ((int)now.rejoined);
		now.rejoined = 1;
#ifdef VAR_RANGES
		logval("rejoined", ((int)now.rejoined));
#endif
		;
		/* merge: goto :b0(59, 54, 59) */
		reached[0][54] = 1;
		;
		_m = 3; goto P999; /* 9 */
	case 37: // STATE 49 - takeover.pml:98 - [p = (p|tail)] (0:59:5 - 3)
		IfNotBlocked
		reached[0][49] = 1;
		(trpt+1)->bup.ovals = grab_ints(5);
		(trpt+1)->bup.ovals[0] = ((int)now.p);
		now.p = (((int)now.p)|((int)((P0 *)_this)->_2_9_tail));
#ifdef VAR_RANGES
		logval("p", ((int)now.p));
#endif
		;
		/* merge: city = p(59, 50, 59) */
		reached[0][50] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.city);
		now.city = ((int)now.p);
#ifdef VAR_RANGES
		logval("city", ((int)now.city));
#endif
		;
		/* merge: waiting = 0(59, 51, 59) */
		reached[0][51] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.waiting);
		now.waiting = 0;
#ifdef VAR_RANGES
		logval("waiting", ((int)now.waiting));
#endif
		;
		/* merge: tail = 0(59, 52, 59) */
		reached[0][52] = 1;
		(trpt+1)->bup.ovals[3] = ((int)((P0 *)_this)->_2_9_tail);
		((P0 *)_this)->_2_9_tail = 0;
#ifdef VAR_RANGES
		logval("Centre:tail", ((int)((P0 *)_this)->_2_9_tail));
#endif
		;
		/* merge: rejoined = 1(59, 53, 59) */
		reached[0][53] = 1;
		(trpt+1)->bup.ovals[4] = ((int)now.rejoined);
		now.rejoined = 1;
#ifdef VAR_RANGES
		logval("rejoined", ((int)now.rejoined));
#endif
		;
		/* merge: goto :b0(59, 54, 59) */
		reached[0][54] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 38: // STATE 59 - takeover.pml:102 - [-end-] (0:0:0 - 2)
		IfNotBlocked
		reached[0][59] = 1;
		if (!delproc(1, II)) continue;
		_m = 3; goto P999; /* 0 */
	case  _T5:	/* np_ */
		if (!((!(trpt->o_pm&4) && !(trpt->tau&128))))
			continue;
		/* else fall through */
	case  _T2:	/* true */
		_m = 3; goto P999;
#undef rand
	}

