/** What must hold in every history, whatever happens. */

import { alarmSet } from './invariants/alarm.ts'
import { operatorTold } from './invariants/alerts.ts'
import {
  attemptsByRefusalsOnly,
  badNumberFound,
  innocentsNotParked,
  outageParksNone,
  parkedForCause,
} from './invariants/attempts.ts'
import { claimBeforeCall, oneCallAtATime } from './invariants/calls.ts'
import { nothingLeft } from './invariants/erasure.ts'
import { groupRests, newNamesCapped, oneGroupOneName } from './invariants/groups.ts'
import type { Invariant } from './invariants/invariant.ts'
import { acceptedByEazybe, lookedUp, nothingLost, oneKeyOneDelivery } from './invariants/leads.ts'
import {
  createBudget,
  gaps,
  peopleBudgets,
  quietHours,
  retryAfterInFull,
} from './invariants/limits.ts'
import {
  actsWrittenDown,
  discardedStays,
  nothingWhilePaused,
  resentIsSent,
  resumeEndsWaits,
} from './invariants/operator.ts'
import { capacityKept, countIsRight, oneHome } from './invariants/parts.ts'
import {
  onlyWhoWasAsked,
  sentOnce,
  suppressedStayOut,
  waitsForDelivery,
} from './invariants/persons.ts'
import { progress } from './invariants/progress.ts'
import { nothingGoesEarly, nothingKeptTooLong } from './invariants/retention.ts'
import { nothingThrows, stateFollows } from './invariants/tables.ts'

/** Fresh ones for each history: some remember what they saw. */
export function invariants(): Invariant[] {
  return [
    nothingThrows,
    nothingLost,
    acceptedByEazybe,
    oneKeyOneDelivery(),
    lookedUp,
    stateFollows(),
    oneHome,
    sentOnce,
    onlyWhoWasAsked,
    waitsForDelivery,
    suppressedStayOut,
    nothingWhilePaused,
    discardedStays,
    resentIsSent,
    resumeEndsWaits,
    actsWrittenDown,
    nothingLeft,
    oneCallAtATime,
    oneGroupOneName,
    newNamesCapped(),
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
    innocentsNotParked(),
    parkedForCause(),
    outageParksNone(),
    badNumberFound,
    operatorTold(),
    nothingKeptTooLong(),
    nothingGoesEarly(),
    alarmSet(),
    progress,
  ]
}
