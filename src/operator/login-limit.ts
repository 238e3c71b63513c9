/**
 * Slows down guesses at the login. Kept in this isolate's memory: a table in the outbox or KV would let a stranger
 * run up writes, which are the bill and what leads need. It need not be exact, since 24 random characters are not guessed;
 * and it counts by address and forgets after a quarter of an hour, so that no attacker can lock the operator out for good.
 */

const MOST_WRONG = 10
const WINDOW_MS = 15 * 60_000
/** Beyond this the oldest are forgotten. */
const MOST_ADDRESSES = 10_000

export class LoginLimit {
  readonly #wrong = new Map<string, { count: number; until: number }>()

  /** Seconds to wait before this address may try again; null: it may. */
  waitSeconds(address: string, now: number): number | null {
    const entry = this.#wrong.get(address)
    if (entry === undefined || entry.until <= now || entry.count < MOST_WRONG) return null
    return Math.ceil((entry.until - now) / 1_000)
  }

  /** Notes a wrong secret. The window begins with the first one and is not made longer by more. */
  wrong(address: string, now: number): void {
    const before = this.#wrong.get(address)
    const entry =
      before === undefined || before.until <= now ? { count: 0, until: now + WINDOW_MS } : before
    entry.count += 1
    this.#wrong.delete(address)
    this.#wrong.set(address, entry)
    const [oldest] = this.#wrong.keys()
    if (this.#wrong.size > MOST_ADDRESSES && oldest !== undefined) this.#wrong.delete(oldest)
  }
}
