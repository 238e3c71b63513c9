/** Every source, `signedJson` as its fixture and its oracle describe it: the time in a header, the id inside the body. */

import { signedJson, sources } from '../src/sources/index.ts'
import type { Source } from '../src/sources/source.ts'

export const everySource: readonly Source[] = [
  ...sources,
  signedJson({
    header: 'x-signature',
    prefix: 'sha256=',
    encoding: 'hex',
    signed: 'timestamp.body',
    timestamp: { header: 'x-timestamp' },
    id: 'id',
  }),
]
