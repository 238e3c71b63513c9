/** The watchdog: tells the operator what has waited for too long, and sends the alerts that are due. */

import { log } from '../../lib/log.ts'
import { DAY_MS, HOUR_MS, soonest } from '../dispatch/pace.ts'
import type { OutboxPorts } from '../ports.ts'
import type { AlertKind, DueAlert } from '../store/alerts.ts'
import type { Store } from '../store/store.ts'
import type { Job } from './alarm.ts'

const HELD_LONG_MS = HOUR_MS
const INACTIVE_LONG_MS = HOUR_MS
/** A wait that EazyBe asked for, or no connection, is told of where it is longer. */
const LONG_WAIT_MS = HOUR_MS
const BACKLOG_LONG_MS = DAY_MS
const ALERT_TIMEOUT_MS = 10_000

/** What the operator was told of. Times are epoch milliseconds. */
interface Told {
  /** Deliveries held since then or earlier. */
  readonly heldUntil: number
  /** Whether a backlog alert was sent, and the backlog is still too old. */
  readonly late: boolean
  /** When the inactive session began that `stillInactive` was sent for; null: it was sent for none. */
  readonly inactive: number | null
  /** The end of the long wait that was told of. */
  readonly waitUntil: number
  /** When the backlog is looked at next; null: before the first delivery. */
  readonly lookAt: number | null
}

const NOTHING_TOLD: Told = { heldUntil: 0, late: false, inactive: null, waitUntil: 0, lookAt: null }

export class Watch implements Job {
  readonly name = 'watch'
  readonly #ports: OutboxPorts
  readonly #store: Store

  constructor(ports: OutboxPorts, store: Store) {
    this.#ports = ports
    this.#store = store
  }

  async run(): Promise<void> {
    const now = this.#ports.now()
    if ((this.#watchAt(now) ?? Number.POSITIVE_INFINITY) <= now) {
      this.#store.transaction(() => {
        this.#store.account.set('watch', JSON.stringify(this.#tell(now)))
      })
    }
    this.#store.hooks.write(now)
    await this.#send()
  }

  /** When there is something to tell, or to look at. */
  nextAt(now: number): number | null {
    const { alerts, hooks } = this.#store
    return soonest([this.#watchAt(now), alerts.nextAt(), hooks.nextAt()])
  }

  #watchAt(now: number): number | null {
    const told = this.#told
    const at = Math.min(
      this.#heldLongAt(told),
      this.#inactiveLongAt(told),
      this.#longWaitAt(told),
      told.lookAt ?? Number.POSITIVE_INFINITY,
    )
    if (at !== Number.POSITIVE_INFINITY) return at
    return this.#store.deliveries.isEmpty() ? null : now
  }

  #tell(now: number): Told {
    const { alerts, account, deliveries, reports } = this.#store
    const told = this.#told
    const inactiveLong = this.#inactiveLongAt(told) <= now
    if (inactiveLong) alerts.raise({ kind: 'stillInactive', subject: '' }, now)
    const longWait = this.#longWaitAt(told) <= now
    if (longWait) alerts.raise({ kind: 'longWait', subject: '' }, now)
    const heldLong = this.#heldLongAt(told) <= now
    // What is held later in this very millisecond is told of next time.
    const until = now - 1
    if (heldLong) {
      const count = deliveries.countHeld(told.heldUntil, until)
      alerts.raise({ kind: 'heldLong', subject: '' }, now, count)
    }
    const looks = told.lookAt === null || told.lookAt <= now
    const { oldest } = looks ? reports.waiting() : { oldest: null }
    const lateAt = oldest === null ? Number.POSITIVE_INFINITY : oldest + BACKLOG_LONG_MS
    const late = looks ? lateAt <= now : told.late
    if (late && !told.late) alerts.raise({ kind: 'backlog', subject: '' }, now)
    return {
      heldUntil: heldLong ? until : told.heldUntil,
      late,
      inactive: inactiveLong ? this.#inactiveSince : told.inactive,
      waitUntil: longWait ? account.state.nextCallAt : told.waitUntil,
      lookAt: !looks ? told.lookAt : lateAt > now ? Math.min(now + DAY_MS, lateAt) : now + DAY_MS,
    }
  }

  /** When the first held delivery that no alert counted has waited for an hour. */
  #heldLongAt({ heldUntil }: Told): number {
    const firstAt = this.#store.deliveries.firstHeldAt(heldUntil)
    return firstAt === null ? Number.POSITIVE_INFINITY : firstAt + HELD_LONG_MS
  }

  #inactiveLongAt({ inactive }: Told): number {
    const since = this.#inactiveSince
    return since === null || since === inactive
      ? Number.POSITIVE_INFINITY
      : since + INACTIVE_LONG_MS
  }

  get #inactiveSince(): number | null {
    const { pause } = this.#store.account.state
    return pause?.reason === 'session' ? pause.since : null
  }

  /** At once, where EazyBe asked for a wait of over an hour. */
  #longWaitAt({ waitUntil }: Told): number {
    const { nextCallAt, nextCallWhy } = this.#store.account.state
    const isLong = nextCallWhy !== 'pace' && nextCallAt > this.#ports.now() + LONG_WAIT_MS
    return isLong && nextCallAt !== waitUntil ? 0 : Number.POSITIVE_INFINITY
  }

  get #told(): Told {
    return this.#store.account.readAs('watch', NOTHING_TOLD)
  }

  /** An address that refuses is tried again; it never holds up a call. */
  async #send(): Promise<void> {
    const { config, now, random, sendAlert } = this.#ports
    const { account, alerts } = this.#store
    const { url } = alerts
    if (url === null) return
    const console = config.publicUrl === null ? null : `${config.publicUrl}/console`
    for (const alert of alerts.due(now())) {
      const told = await sendAlert(url, alertText(alert, account.name, console))
      if (told) alerts.told(alert, now())
      else alerts.failed(alert, now(), random)
      log('alert', { account: account.name, kind: alert.kind, told })
    }
  }
}

/** An alert as one line, as Slack and its like take it. `console`: where to look, if that is known. */
export function alertText(
  { kind, subject, count }: Pick<DueAlert, 'kind' | 'subject' | 'count'>,
  account: string,
  console: string | null,
): string {
  const where = console === null ? '' : ` ${console}`
  // A later version may have raised a kind that this one does not know.
  const text = Object.hasOwn(TEXTS, kind) ? TEXTS[kind](subject, count) : `${kind}, ${count} times.`
  return `Usher, account ${account}: ${text}${where}`
}

const TEXTS: Readonly<Record<AlertKind, (subject: string, count: number) => string>> = {
  tokenRefused: () =>
    'EazyBe refuses the token. Nothing is sent until the secret is changed or you resume; nothing is lost.',
  sessionInactive: () =>
    'EazyBe’s cloud session is inactive. Open workspace.eazybe.com and restart WhatsApp; Usher tries again by itself, and nothing is lost.',
  stillInactive: () => 'EazyBe’s cloud session has been inactive for over an hour.',
  failing: () =>
    'EazyBe fails for everybody. Usher tries single people in turn and goes on by itself when one is accepted; nothing is lost.',
  longWait: () =>
    'EazyBe asked to wait for over an hour, or cannot be reached. “Resume” in the console ends the wait.',
  resumed: () => 'EazyBe takes calls again; what waited is on its way.',
  parked: (_, count) =>
    `${deliveries(count)} parked: EazyBe refused them or failed again and again. They wait for you.`,
  heldLong: (_, count) =>
    `${deliveries(count)} held and need a decision, the first for over an hour.`,
  burst: (hook, count) =>
    `/hooks/${hook} brings more leads than it may in a day: ${deliveries(count)} held as “burst”. Release or discard them together.`,
  backlog: () => 'The oldest sign-up has waited for over a day.',
  groupNearlyFull: (id) => `Group ${id} is nearly full. The next people go to its next part.`,
  refused: (hook, count) =>
    `${count === 1 ? 'A webhook' : `${count} webhooks`} to /hooks/${hook} did not prove that it comes from its sender. Does the secret here differ from the sender’s?`,
  guessing: (_, count) =>
    `${count} wrong admin secrets came to the console or the API within a quarter of an hour. If no program of yours has an old one, a stranger guesses.`,
}

function deliveries(count: number): string {
  return count === 1 ? '1 delivery is' : `${count} deliveries are`
}

/**
 * Posts an alert as the JSON that Slack, Mattermost, Google Chat and most automations take. True where it was taken. Never throws.
 * https only, except to this machine; no redirects.
 */
export async function sendAlert(
  url: string,
  text: string,
  send: typeof fetch = fetch,
): Promise<boolean> {
  if (!isSafe(url)) return false
  try {
    const response = await send(url, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text }),
      signal: AbortSignal.timeout(ALERT_TIMEOUT_MS),
    })
    await response.body?.cancel()
    return response.ok
  } catch {
    return false
  }
}

function isSafe(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  return (
    protocol === 'https:' || (protocol === 'http:' && /^(?:127\.0\.0\.1|localhost)$/.test(hostname))
  )
}
