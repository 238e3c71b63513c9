/** The sandbox's world: the groups as WhatsApp has them and the calls EazyBe got, told to the journal before anything else. */

import type { Journal } from './journal.ts'
import type { Call, Effect, Group, JournalRecord } from './record.ts'

/** More than anyone reads; older calls are let go at a start, what they did stays. */
const KEPT_CALLS = 10_000

export interface World {
  /** In the order they were made. */
  groups(): readonly Group[]
  /** In the order they came. */
  calls(): readonly Call[]
  /** The number for the next call. */
  nextId(): number
  /** Writes a call, with what it did; the same id again replaces it. */
  record(call: Call): void
  forget(): void
}

/** The world as the journal tells it. Compacts the journal. */
export function openWorld(journal: Journal): World {
  const groups = new Map<number, Group>()
  const calls = new Map<number, Call>()
  let lastId = 0

  for (const record of journal.read()) replay(record)
  journal.rewrite([...groups.values(), ...inOrder(calls).slice(-KEPT_CALLS)])

  return {
    groups: () => [...groups.values()],
    calls: () => inOrder(calls),
    nextId() {
      lastId += 1
      return lastId
    },
    record(call) {
      journal.append(call)
      replay(call)
    },
    forget() {
      journal.rewrite([])
      groups.clear()
      calls.clear()
    },
  }

  function replay(record: JournalRecord): void {
    lastId = Math.max(lastId, record.id)
    if (record.type === 'group') {
      groups.set(record.id, record)
      return
    }
    calls.set(record.id, record)
    if (record.effect === null) return
    const { effect, answeredAt, at } = record
    groups.set(effect.group, changed(groups.get(effect.group), effect, answeredAt ?? at))
  }
}

/** Saying it twice changes nothing: after a compaction the calls tell again what the groups already hold. */
function changed(group: Group | undefined, effect: Effect, at: number): Group {
  const before = group ?? {
    type: 'group',
    id: effect.group,
    name: effect.name,
    createdAt: at,
    unseenMs: effect.unseenMs,
    members: [],
    absent: [],
  }
  const members = new Set([...before.members, ...effect.added])
  const absent = new Set([...before.absent, ...effect.absent])
  return {
    ...before,
    members: [...members],
    absent: [...absent].filter((number) => !members.has(number)),
  }
}

/** Answers come in another order than calls do. */
function inOrder(calls: ReadonlyMap<number, Call>): Call[] {
  return [...calls.values()].sort((one, other) => one.id - other.id)
}
