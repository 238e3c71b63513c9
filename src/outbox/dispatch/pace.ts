/** Pace: how fast an account may call EazyBe, as presets and single numbers, and when it must keep quiet. */

export const SECOND_MS = 1_000
export const MINUTE_MS = 60 * SECOND_MS
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

/** Every number of a pace; each may be set on its own beside a preset. The reasons are in docs/pace.md. */
export interface PaceNumbers {
  /** How long the first lead of a group waits for others to travel with it. */
  readonly coalesceMs: number
  /** People in one call. */
  readonly batchSize: number
  /** Between a call and the next one that adds people: this much, and up to `addJitterMs` more. */
  readonly addGapMs: number
  readonly addJitterMs: number
  /** Between the creation of a group and the next one. */
  readonly createGapMs: number
  readonly createJitterMs: number
  /** A new group is left alone this long: WhatsApp may not show it yet. */
  readonly restAfterCreateMs: number
  readonly createsPerHour: number
  readonly createsPerDay: number
  readonly peoplePerHour: number
  readonly peoplePerDay: number
  /** New group names that a form open to the public may make in a day, before the next one is held. */
  readonly newGroupsPerDay: number
}

export interface Pace extends PaceNumbers {
  /** What every wait of the outcome table is multiplied by: 1, or a thousandth for `instant`. */
  readonly waitScale: number
  readonly quiet: QuietHours | null
}

export type PaceName = 'steady' | 'newNumber' | 'instant'

/** Local times of day, `HH:MM`; from 21:00 to 08:00 runs over midnight. */
export interface QuietHours {
  readonly from: string
  readonly to: string
  readonly timeZone: string
}

const steady: PaceNumbers = {
  coalesceMs: 20 * SECOND_MS,
  batchSize: 10,
  addGapMs: 30 * SECOND_MS,
  addJitterMs: 30 * SECOND_MS,
  createGapMs: 5 * MINUTE_MS,
  createJitterMs: MINUTE_MS,
  restAfterCreateMs: 3 * MINUTE_MS,
  // The gap alone allows twelve; the day is what the others measured.
  createsPerHour: 12,
  createsPerDay: 20,
  peoplePerHour: 30,
  peoplePerDay: 100,
  newGroupsPerDay: 5,
}

/** For the sandbox and tests: long enough that a burst on one machine still travels together. */
const INSTANT_COALESCE_MS = 400
const INSTANT_WAIT_SCALE = 0.001

export const PACES: Readonly<Record<PaceName, PaceNumbers>> = {
  steady,
  newNumber: { ...steady, createsPerDay: 5, peoplePerHour: 10, peoplePerDay: 30 },
  instant: {
    coalesceMs: INSTANT_COALESCE_MS,
    batchSize: 50,
    addGapMs: 0,
    addJitterMs: 0,
    createGapMs: 0,
    createJitterMs: 0,
    restAfterCreateMs: steady.restAfterCreateMs * INSTANT_WAIT_SCALE,
    createsPerHour: Number.POSITIVE_INFINITY,
    createsPerDay: Number.POSITIVE_INFINITY,
    peoplePerHour: Number.POSITIVE_INFINITY,
    peoplePerDay: Number.POSITIVE_INFINITY,
    newGroupsPerDay: Number.POSITIVE_INFINITY,
  },
}

export const DEFAULT_QUIET = { from: '21:00', to: '08:00' }

/** What `accounts.<name>` of the config says. */
export interface AccountOptions extends Partial<PaceNumbers> {
  /** `steady` by default. */
  readonly pace?: PaceName
  /** An IANA time zone ("Asia/Kolkata"). Quiet hours are kept only where one is set. */
  readonly timeZone?: string
  /** 21:00 to 08:00 by default; false turns them off. */
  readonly quietHours?: { readonly from: string; readonly to: string } | false
}

/** The preset in force here: `npm start`, which alone binds these variables, may make every account instant; nothing else may. */
export function presetIn(env: object, { pace = 'steady' }: AccountOptions): PaceName {
  const sandbox = Reflect.get(env, 'USHER_SANDBOX') === '1'
  if (sandbox && Reflect.get(env, 'USHER_PACE') === 'instant') return 'instant'
  return pace === 'instant' && !sandbox ? 'steady' : pace
}

/** The pace of an account: its preset, with its own numbers over it. */
export function paceOf(options: AccountOptions, preset = options.pace ?? 'steady'): Pace {
  const { pace: _, timeZone, quietHours = DEFAULT_QUIET, ...numbers } = options
  const instant = preset === 'instant'
  const quiet = instant || timeZone === undefined || quietHours === false
  return {
    // The sandbox's preset stands for itself: an account's own slow numbers are for the real number.
    ...PACES[preset],
    ...(instant && options.pace !== 'instant' ? {} : numbers),
    waitScale: instant ? INSTANT_WAIT_SCALE : 1,
    quiet: quiet ? null : { ...quietHours, timeZone },
  }
}

/** Until when (epoch milliseconds) the account keeps quiet, or null when it may speak now. */
export function quietUntil(quiet: QuietHours | null, now: number): number | null {
  if (quiet === null) return null
  const from = minuteOf(quiet.from)
  const to = minuteOf(quiet.to)
  if (!within(localMinute(now, quiet.timeZone), from, to)) return null
  // Daylight saving moves the end by an hour once or twice a year: walk to it instead of computing it.
  let at = now - (now % MINUTE_MS)
  do at += MINUTE_MS
  while (within(localMinute(at, quiet.timeZone), from, to) && at < now + DAY_MS)
  return at
}

function within(minute: number, from: number, to: number): boolean {
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to
}

const formats = new Map<string, Intl.DateTimeFormat>()

function localMinute(at: number, timeZone: string): number {
  let format = formats.get(timeZone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' })
    formats.set(timeZone, format)
  }
  return minuteOf(format.format(at))
}

/** `21:30` -> 1290. */
function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}

/** The earliest of these times; null: there is none. */
export function soonest(times: readonly (number | null)[]): number | null {
  const set = times.filter((at) => at !== null)
  return set.length === 0 ? null : Math.min(...set)
}

/** The nth of a ladder of waits, its last one for all beyond. */
export function nth(ladder: readonly number[], n: number): number {
  return ladder[Math.min(n, ladder.length - 1)] ?? 0
}
