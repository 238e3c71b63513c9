/** The admin secret: whether there is a usable one, and a limit on guessing it. */

import { digest, encode, utf8 } from '../lib/bytes.ts'
import { secretValues } from '../lib/names.ts'
import { refuseSecret } from '../schemes/secret.ts'

/** Long, since its holder may see and do everything. */
const MIN_LENGTH = 24

type AdminSecrets =
  | { readonly ok: true; readonly values: readonly string[] }
  | { readonly ok: false; readonly because: string }

/** Its values, several while it is being rotated. One that could be guessed shuts the console and the API. */
export function adminSecrets(env: object): AdminSecrets {
  const values = secretValues(env, 'ADMIN_SECRET')
  if (values.length === 0) return { ok: false, because: 'ADMIN_SECRET is missing' }
  const flaw = values.map(adminSecretFlaw).find((one) => one !== null)
  return flaw == null ? { ok: true, values } : { ok: false, because: `ADMIN_SECRET ${flaw}` }
}

/** Why a value could be guessed, as half a sentence; null: it will do. */
export function adminSecretFlaw(value: string): string | null {
  return refuseSecret(value, 'text', MIN_LENGTH)
}

const MOST_WRONG = 10
const WINDOW_MS = 15 * 60_000
/** Beyond this the oldest are forgotten. */
const MOST_ADDRESSES = 10_000
/** The operator is told of so many within a window, and then each time they have doubled. */
const TOLD_FROM = 10
/** What tells one guess from another. */
const MARK_CHARACTERS = 12

/** Wrong secrets from one network. */
interface Wrong {
  /** Marks of those that came to this isolate, each once. */
  readonly guesses: Set<string>
  readonly until: number
  /** The rate limit says that there were too many in other isolates. */
  tooManyElsewhere: boolean
}

/**
 * Slows down guesses of the admin secret: an isolate counts in its memory, and the platform's rate limit counts for all isolates of
 * a location. A table in the outbox or KV would let a stranger run up writes, which are the bill and what leads need. It need not be
 * exact, since 24 random characters are not guessed; and it counts by address and forgets after a quarter of an hour, so that no
 * attacker can lock the operator out for good.
 */
export class GuessLimit {
  readonly #wrong = new Map<string, Wrong>()
  #all = { since: 0, count: 0, told: 0 }

  /** Seconds to wait before this address may try again; null: it may. */
  waitSeconds(address: string, now: number): number | null {
    const entry = this.#wrong.get(networkOf(address))
    if (entry === undefined || entry.until <= now) return null
    if (entry.guesses.size < MOST_WRONG && !entry.tooManyElsewhere) return null
    return Math.ceil((entry.until - now) / 1_000)
  }

  /**
   * Notes a wrong secret. The window begins with the first one and is not made longer by more. A program that sends the same one
   * again and again guesses nothing. Gives how many the operator is to be told of; null: none now. `elsewhere`: counts for all isolates.
   */
  async wrong(
    address: string,
    secret: string,
    now: number,
    elsewhere?: Pick<RateLimit, 'limit'>,
  ): Promise<number | null> {
    const mark = encode(await digest('SHA-256', utf8(secret)), 'base64').slice(0, MARK_CHARACTERS)
    const network = networkOf(address)
    const before = this.#wrong.get(network)
    const entry =
      before === undefined || before.until <= now
        ? { guesses: new Set<string>(), until: now + WINDOW_MS, tooManyElsewhere: false }
        : before
    if (entry.guesses.has(mark)) return null
    entry.guesses.add(mark)
    this.#wrong.delete(network)
    this.#wrong.set(network, entry)
    const [oldest] = this.#wrong.keys()
    if (this.#wrong.size > MOST_ADDRESSES && oldest !== undefined) this.#wrong.delete(oldest)
    // A limit that fails must shut no operator out: the memory still counts.
    const counted = await elsewhere?.limit({ key: network }).catch(() => null)
    if (counted?.success === false) entry.tooManyElsewhere = true
    return this.#news(now)
  }

  #news(now: number): number | null {
    const { since, count, told } = this.#all
    const isOver = now - since > WINDOW_MS
    // A few typing mistakes are not told of, whenever they were; what comes after a report is.
    const left = told === 0 ? 0 : count - told
    const all = isOver ? { since: now, count: left, told: 0 } : { since, count, told }
    all.count++
    this.#all = all
    if (all.count < Math.max(TOLD_FROM, 2 * all.told)) return null
    const news = all.count - all.told
    all.told = all.count
    return news
  }
}

/** An IPv4 address, or the 64 bits of an IPv6 address that one subscriber has: there are 2^64 addresses behind them. */
function networkOf(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail] = address.toLowerCase().split('::', 2)
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const left = groups(head)
  const right = groups(tail ?? '')
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0')
  const all = tail === undefined ? left : [...left, ...zeros, ...right]
  return all
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')
}
