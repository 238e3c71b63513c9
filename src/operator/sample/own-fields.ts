/** The fields that a sender's own sample holds, read as the Worker would. */

import { utf8 } from '../../lib/bytes.ts'
import { contentKind, decodeBody } from '../../lib/decode.ts'
import type { Hook } from '../../mapping/hook.ts'
import type { Sample } from '../../sources/source.ts'

export async function ownFields({ source }: Hook, sample: Sample): Promise<unknown> {
  const kind = contentKind(sample.contentType)
  if (kind === null) return null
  const decoded = await decodeBody(utf8(sample.body), kind, sample.contentType)
  if (!decoded.ok) return null
  const reading = source.read(decoded.value, new Headers(sample.headers))
  return reading.ok ? (reading.submissions[0]?.fields ?? null) : null
}
