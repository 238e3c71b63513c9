/** Usher with a memory in place of KV: the local simulator of KV costs more than all the rest, and says nothing of the real one. */

import usher, { Outbox } from '../../src/index.ts'
import type { Env } from '../../src/setup/env.ts'

export { Outbox }

const seen = new Map<string, string>()
const memory = {
  get: async (key: string) => seen.get(key) ?? null,
  put: async (key: string, value: string) => {
    seen.set(key, value)
  },
}

export default {
  fetch(request: Request, env: Env, context: ExecutionContext) {
    return usher.fetch(request, { ...env, SEEN: memory }, context)
  },
}
