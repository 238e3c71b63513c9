/** Serves the stand-in for EazyBe on this machine only, with its groups kept on disk. */

import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { createEazybe } from './eazybe.ts'
import { openJournal } from './world.ts'

const HOST = '127.0.0.1'

interface ServeEazybeOptions {
  /** 0 takes a free one. */
  readonly port: number
  /** The groups and calls are kept in its `eazybe.jsonl`. */
  readonly stateDir: string
  /** The token that opens it; several stand on lines of their own. */
  readonly token: () => string
}

interface ServedEazybe {
  /** Without a slash at its end. */
  readonly url: string
  /** Hands over a request whatever its host, without the network. */
  fetch(request: Request): Promise<Response>
  /** Also ends the connections of callers who still wait. */
  close(): Promise<void>
}

/** Listens; rejects when the port is taken. */
export async function startEazybe(options: ServeEazybeOptions): Promise<ServedEazybe> {
  const { port, stateDir, token } = options
  const server = createServer()
  server.listen(port, HOST)
  await once(server, 'listening')
  // Only now: opening compacts the journal, which another sandbox on this port may be writing to.
  const app = createEazybe({
    token,
    journal: openJournal(join(stateDir, 'eazybe.jsonl')),
    now: Date.now,
    random: Math.random,
  })
  // The global Request stays Node's own: others in this process compare with it.
  server.on('request', getRequestListener(app.fetch, { overrideGlobalObjects: false }))
  const address = server.address()
  const taken = typeof address === 'object' && address !== null ? address.port : port
  return {
    url: `http://${HOST}:${taken}`,
    fetch: async (request) => app.fetch(request),
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
