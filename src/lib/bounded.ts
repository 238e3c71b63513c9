/** Bounded waits and reads: nothing that comes from outside may take as long, or be as large, as it likes. */

import type { Bytes } from './bytes.ts'
import { concat } from './bytes.ts'

/** The promise's value, or `late` once the time is up. Leaves no timer behind. The promise itself goes on; its late end is ignored. */
export async function atMost<value, late>(
  ms: number,
  promise: Promise<value>,
  late: late,
): Promise<value | late> {
  let stop = () => {}
  const timeout = new Promise<late>((resolve) => {
    const timer = setTimeout(() => resolve(late), ms)
    stop = () => clearTimeout(timer)
  })
  try {
    return await Promise.race([promise, timeout])
  } finally {
    stop()
  }
}

export interface StreamBounds {
  readonly maxBytes: number
  readonly deadlineMs: number
}

/** The bytes, or why they are not taken: a stream that breaks is as late as one that never ends. */
export async function readStream(
  stream: ReadableStream<Uint8Array> | null,
  { maxBytes, deadlineMs }: StreamBounds,
): Promise<Bytes | 'too_large' | 'too_slow'> {
  if (stream === null) return new Uint8Array(0)
  const reader = stream.getReader()
  const deadline = Date.now() + deadlineMs
  const chunks: Bytes[] = []
  let size = 0
  try {
    for (;;) {
      const next = await atMost(deadline - Date.now(), reader.read(), 'late' as const)
      if (next === 'late') return 'too_slow'
      if (next.done) return concat(...chunks)
      size += next.value.length
      if (size > maxBytes) return 'too_large'
      chunks.push(next.value)
    }
  } catch {
    return 'too_slow'
  } finally {
    reader.cancel().catch(() => {})
  }
}
