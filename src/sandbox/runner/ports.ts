/** Finds out whether a port of this machine can be had, before anything is started on it. */

import { createServer } from 'node:net'
import { Trouble } from '../trouble.ts'

const HOST = '127.0.0.1'

/** The port, or any free one for 0. Fails where another process has it; `name` is the variable that sets it. */
export function freePort(port: number, name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new Trouble(explain(port, name, error.code)))
    })
    server.listen({ port, host: HOST, exclusive: true }, () => {
      const address = server.address()
      const taken = typeof address === 'object' && address !== null ? address.port : port
      server.close(() => resolve(taken))
    })
  })
}

function explain(port: number, name: string, code: string | undefined): string {
  const other = `Choose another one: ${name}=${port + 10} npm start`
  if (code === 'EADDRINUSE') return `Port ${port} is in use by another program. ${other}`
  return `Port ${port} cannot be opened (${code ?? 'unknown reason'}). ${other}`
}
