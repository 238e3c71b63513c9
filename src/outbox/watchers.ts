/** Who waits for a delivery to settle: callers that sent `Prefer: wait`. */

export class Watchers {
  readonly #waiting = new Map<number, Set<() => void>>()

  /** Whether a request waits for this delivery. */
  has(seq: number): boolean {
    return this.#waiting.has(seq)
  }

  /** Resolves when it settles, or after that long. */
  async wait(seq: number, timeoutMs: number): Promise<void> {
    const waiting = this.#waiting.get(seq) ?? new Set()
    this.#waiting.set(seq, waiting)
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, timeoutMs)
      function done() {
        clearTimeout(timer)
        waiting.delete(done)
        resolve()
      }
      waiting.add(done)
    })
    if (waiting.size === 0) this.#waiting.delete(seq)
  }

  settled(seqs: readonly number[]): void {
    for (const seq of seqs) for (const done of this.#waiting.get(seq) ?? []) done()
  }
}
