/** Progress: once the world works, everything settles in the time that the pace allows. */

import { DAY_MS, HOUR_MS, waitingCount } from './inquiries.ts'
import type { Invariant } from './invariant.ts'
import { must } from './invariant.ts'

export const progress: Invariant = {
  name: 'progress once the world works',
  ended: (facts) => {
    const { ending } = facts
    if (ending === null) return undefined
    const waiting = waitingCount(facts)
    const took = facts.at - ending.since
    if (waiting !== 0) {
      return { complaint: `${waiting} still wait after ${hours(took)} of ${hours(ending.bound)} h` }
    }
    const calls = facts.calls.length - ending.callsBefore
    const most = 60 + 4 * calls + (4 * took) / DAY_MS
    return must(ending.alarms <= most, () => `${ending.alarms} alarms for ${calls} calls`)
  },
}

function hours(ms: number): string {
  return (ms / HOUR_MS).toFixed(1)
}
