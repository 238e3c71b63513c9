/** A history: what happens to an outbox, and in which order, with the lines that tell it. */

import type { AccountOptions } from '../../src/outbox/dispatch/pace.ts'
import type { RetentionDays } from '../../src/outbox/ports.ts'
import type { Outage, Trouble } from './world.ts'

const DAY_MS = 24 * 60 * 60_000

export interface History {
  readonly account: AccountOptions
  /** The sandbox's pace: waits are a thousandth. */
  readonly instant: boolean
  /** The config's hooks: "webinar", "signup" and "crm". */
  readonly hooks: readonly [HookOptions, HookOptions, HookOptions]
  readonly retention: RetentionDays
  /** Whether there is an address for alerts. */
  readonly alerts: boolean
  /** Epoch milliseconds. */
  readonly begin: number
  /** Of all that is left to chance: latencies, jitter, which call meets which trouble. */
  readonly seed: number
  readonly events: readonly Event[]
}

/** What the config says of a hook. */
export interface HookOptions {
  readonly kind: 'shop' | 'form'
  /** People a group takes; null: as many as by default. */
  readonly capacity: number | null
  /** How many of the hook's own people travel with every lead. */
  readonly teammates: 0 | 1 | 2
  /** Null: the account's number for a form, any for a shop. */
  readonly newGroupsPerDay: number | null
  /** `default` unless said otherwise. */
  readonly account?: string
}

/** The numbers of the hooks of a history. */
export type HookNumber = 0 | 1 | 2
export const HOOK_NAMES = ['webinar', 'signup', 'crm'] as const

export const PLAIN_HOOK: HookOptions = {
  kind: 'shop',
  capacity: null,
  teammates: 0,
  newGroupsPerDay: null,
}
/** Hooks and retention of a history in which neither matters. */
export const PLAIN = {
  hooks: [PLAIN_HOOK, PLAIN_HOOK, PLAIN_HOOK],
  retention: { settledDays: 1e5, inHandDays: 1e5, rowDays: 1e5, consentDays: 1e5 },
  alerts: false,
} as const satisfies Partial<History>

/** `ring`: at the very moment when the alarm rings next. `answer`: when EazyBe's next answer comes. */
export type Moment = 'now' | 'ring' | 'answer'

export interface LeadItem {
  readonly group: number
  readonly people: readonly number[]
  readonly spelling: 0 | 1
  readonly create: boolean
  readonly held: boolean
  /** Null: the event says all. Else the sender must be asked for the rest, and this is what comes of it. */
  readonly lookUp: 'mapped' | 'unwanted' | null
}

export type Happening =
  | {
      readonly kind: 'webhook'
      readonly hook: HookNumber
      readonly items: readonly LeadItem[]
      readonly bodyKey: boolean
      readonly moment: Moment
      /** How often the sender tries again when it got no answer. */
      readonly retries: number
    }
  | {
      readonly kind: 'burst'
      readonly hook: HookNumber
      readonly group: number
      readonly first: number
      readonly count: number
      readonly everyMs: number
      readonly create: boolean
    }
  /** An earlier webhook once more: the same, or its body under another id. */
  | {
      readonly kind: 'again'
      readonly nth: number
      readonly forged: boolean
      readonly moment: Moment
    }
  | {
      readonly kind: 'trouble'
      readonly trouble: Trouble
      readonly oneIn: 1 | 2 | 3
      readonly forMs: number
    }
  | { readonly kind: 'outage'; readonly answers: Outage['answers']; readonly forMs: number }
  | { readonly kind: 'lag'; readonly ms: number }
  | { readonly kind: 'limit'; readonly creations: number }
  | { readonly kind: 'bad'; readonly how: 'malformed' | 'poison'; readonly person: number }
  /** A person does it in WhatsApp. */
  | { readonly kind: 'phone'; readonly does: 'make' | 'remove' | 'restore'; readonly group: number }
  /** Look-ups fail, every one or every second one by chance. */
  | { readonly kind: 'lookUps'; readonly oneIn: 1 | 2; readonly forMs: number }
  /** The address for alerts refuses them. */
  | { readonly kind: 'alerts'; readonly forMs: number }
  /** The process dies after so many more steps of its storage. */
  | { readonly kind: 'crash'; readonly steps: number }
  /** It dies at the next call: before it leaves, under way, when it took effect, when the answer came. */
  | {
      readonly kind: 'crashInCall'
      readonly when: 'before' | 'during' | 'after effect' | 'answered'
    }
  /** Storage throws, so many times in a row, and the process lives on. */
  | { readonly kind: 'exceptions'; readonly steps: number; readonly times: number }
  | { readonly kind: 'evict' }
  /** A spurious alarm. */
  | { readonly kind: 'ring' }
  | { readonly kind: 'sleep'; readonly ms: number }
  | { readonly kind: 'clockBack'; readonly ms: number }
  | { readonly kind: 'config'; readonly account: AccountOptions }
  | { readonly kind: 'capacity'; readonly hook: HookNumber; readonly capacity: number | null }
  | { readonly kind: 'token'; readonly token: 'old' | 'new' | 'none'; readonly refused: boolean }
  | { readonly kind: 'view'; readonly what: View; readonly nth: number }
  | { readonly kind: 'forged'; readonly hook: HookNumber; readonly count: number }
  | { readonly kind: 'retry'; readonly nth: number; readonly remap: Remap | null }
  | {
      readonly kind: 'act'
      readonly nth: number
      /** How many in a row. */
      readonly many: number
      readonly action: Act
    }
  | {
      readonly kind: 'group'
      readonly nth: number
      readonly does: 'count' | 'rename' | 'exists' | 'create'
      /** How many people joined it by themselves. */
      readonly joined: number
    }
  /** A person asks never to be sent again, to the nth group or (null) to any; or takes that back. */
  | { readonly kind: 'suppress'; readonly person: number; readonly nth: number | null }
  | { readonly kind: 'unsuppress'; readonly person: number; readonly nth: number | null }
  /** A person is erased, by one spelling of their number. */
  | { readonly kind: 'erase'; readonly person: number; readonly spelling: 0 | 1 }
  /** The operator's own pause, and its end. */
  | { readonly kind: 'pause'; readonly on: boolean }

export type Event = Happening & { readonly afterMs: number }

/** What an operator looks at. */
export const VIEWS = ['list', 'overview', 'groups', 'file', 'facts', 'reveal'] as const
export type View = (typeof VIEWS)[number]

/** What an operator does with a delivery. */
export type Act =
  | { readonly kind: 'release' | 'create' | 'exact' | 'discard' }
  | {
      readonly kind: 'edit'
      readonly people: readonly number[] | null
      readonly group: number | null
      readonly create: boolean | null
    }

/** What today's mapping makes of an old lead. */
export interface Remap {
  readonly group: number
  readonly held: boolean
}

/** The history, one line an event. */
export function tell(history: History): string {
  const { account, instant, hooks, retention, alerts, begin, seed, events } = history
  const pace = instant ? 'instant' : JSON.stringify(account)
  let at = 0
  const lines = events.map(({ afterMs, ...event }) => {
    at += afterMs
    return `  ${clock(at)}  ${words(event)}`
  })
  const told = alerts ? ', with alerts' : ''
  return [
    `from ${new Date(begin).toISOString()}, pace ${pace}, chance ${seed}${told}`,
    ...hooks.map((hook, number) => `hook ${HOOK_NAMES[number]} ${JSON.stringify(hook)}`),
    `retention ${JSON.stringify(retention)}`,
    ...lines,
  ].join('\n')
}

/** `1d 02:03:04.005` */
export function clock(at: number): string {
  const days = Math.floor(at / DAY_MS)
  const time = new Date(at - days * DAY_MS).toISOString().slice(11, 23)
  return `${days > 0 ? `${days}d ` : ''}${time}`
}

function words(event: Happening): string {
  const { kind, ...rest } = event
  if (event.kind === 'webhook') {
    const items = event.items.map(
      ({ group, people, spelling, create, held, lookUp }) =>
        `people ${people.join('+')}${spelling === 1 ? ' (other spelling)' : ''} to group ${group}${create ? '' : ' without create'}${held ? ', held' : ''}${lookUp === null ? '' : `, looked up: ${lookUp}`}`,
    )
    const more = [
      event.bodyKey && 'with a body key',
      event.moment !== 'now' && `at the next ${event.moment}`,
      event.retries > 0 && `up to ${event.retries} retries`,
    ].filter(Boolean)
    return `webhook to ${HOOK_NAMES[event.hook]}: ${items.join('; ')}${more.length > 0 ? ` (${more.join(', ')})` : ''}`
  }
  return `${kind}${Object.keys(rest).length > 0 ? ` ${JSON.stringify(rest)}` : ''}`
}
