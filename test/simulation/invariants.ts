/** What must hold in every history, whatever happens. */

import { alarmSet } from './invariants/alarm.ts'
import {
  attemptsByRefusalsOnly,
  innocentsNotParked,
  parkedForCause,
} from './invariants/attempts.ts'
import { claimBeforeCall, oneCallAtATime } from './invariants/calls.ts'
import { nothingLeft } from './invariants/erasure.ts'
import { groupRests, oneGroupOneName } from './invariants/groups.ts'
import { actsWrittenDown, discardedStays, wordKept } from './invariants/hand.ts'
import type { Invariant } from './invariants/invariant.ts'
import { acceptedByEazybe, nothingLost, oneKeyOneDelivery } from './invariants/leads.ts'
import {
  createBudget,
  gaps,
  peopleBudgets,
  quietHours,
  retryAfterInFull,
} from './invariants/limits.ts'
import { capacityKept, countIsRight, nobodyInTwoParts } from './invariants/parts.ts'
import {
  nobodySuppressed,
  nobodyTwice,
  nobodyWhilePaused,
  onlyWhoWasAsked,
} from './invariants/persons.ts'
import { progress } from './invariants/progress.ts'

/** Fresh ones for each history: some remember what they saw. */
export function invariants(): Invariant[] {
  return [
    nothingLost,
    acceptedByEazybe,
    oneKeyOneDelivery(),
    nobodyInTwoParts,
    nobodyTwice,
    onlyWhoWasAsked,
    nobodySuppressed,
    nobodyWhilePaused,
    discardedStays,
    wordKept,
    actsWrittenDown,
    nothingLeft,
    oneCallAtATime,
    oneGroupOneName,
    capacityKept,
    countIsRight,
    claimBeforeCall,
    peopleBudgets,
    createBudget,
    gaps,
    groupRests,
    quietHours,
    retryAfterInFull,
    attemptsByRefusalsOnly(),
    parkedForCause(),
    innocentsNotParked,
    alarmSet(),
    progress,
  ]
}
