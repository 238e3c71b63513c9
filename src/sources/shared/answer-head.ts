/** Answers the HEAD with which some senders try a URL before they keep it; says nothing that a 404 elsewhere would not. */

import type { Incoming } from '../../schemes/scheme.ts'

export function answerHead({ method }: Incoming): Response | null {
  return method === 'HEAD' ? new Response(null, { status: 200 }) : null
}
