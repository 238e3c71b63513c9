/** Counts webhooks that did not prove themselves, and tells the outbox of bursts: a stranger's flood must not wake it once a request. */

/** Fewer are somebody trying a URL. */
const BURST = 20
/** Within this time. */
const WINDOW_MS = 5 * 60_000

interface Count {
  readonly since: number
  refused: number
  told: number
}

/** Each isolate of the Worker counts for itself: what is told is "at least". */
export class Forgeries {
  readonly #counts = new Map<string, Count>()

  /** One more for this hook. Gives how many to tell of, each time they have doubled within the window; else null. */
  add(hook: string, now: number): number | null {
    const before = this.#counts.get(hook)
    const fresh = before === undefined || now - before.since > WINDOW_MS
    const count = fresh ? { since: now, refused: 0, told: 0 } : before
    count.refused++
    this.#counts.set(hook, count)
    if (count.refused < Math.max(BURST, 2 * count.told)) return null
    const news = count.refused - count.told
    count.told = count.refused
    return news
  }
}
