/** The Worker in workerd, which can be replaced by an edited one while it runs. */

import { Miniflare } from 'miniflare'
import { Trouble } from '../trouble.ts'
import { type WorkerParts, workerOptions } from './worker-options.ts'

/** What may differ from one edit to the next. */
export type Edited = Pick<WorkerParts, 'code' | 'vars'>

export interface LiveWorker {
  /** Without a slash at the end. */
  readonly url: string
  /** Takes the edited Worker, or throws and keeps the one from before. */
  replace(edited: Edited): Promise<void>
  close(): Promise<void>
}

/** Starts workerd; trouble where the Worker's own code throws while it is loaded. */
export async function startWorker(parts: WorkerParts): Promise<LiveWorker> {
  const miniflare = new Miniflare(workerOptions(parts))
  let current = parts
  try {
    const { origin } = await miniflare.ready
    return {
      url: origin,
      async replace(edited) {
        const next = { ...current, ...edited }
        try {
          await miniflare.setOptions(workerOptions(next))
        } catch (error) {
          // workerd is gone by now: the Worker from before is started again.
          await miniflare.setOptions(workerOptions(current))
          throw explain(error)
        }
        current = next
      },
      close: () => miniflare.dispose(),
    }
  } catch (error) {
    await miniflare.dispose().catch(() => undefined)
    throw explain(error)
  }
}

/** What workerd said of a Worker that throws while it is loaded, without the frames of its machinery. */
function explain(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const thrown = /Uncaught (.*?)(?:\\n|$)/m.exec(error.message)?.[1]
  return thrown === undefined ? error : new Trouble(`The Worker does not start: ${thrown}`)
}
