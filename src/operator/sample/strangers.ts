/** People that a sample would add although no caller gave their number. */

import type { Hook } from '../../mapping/hook.ts'
import { mapFields } from '../../mapping/map.ts'
import { teammatesIn } from '../../mapping/teammates.ts'

/**
 * A sender's own sample has numbers in it, which may be real. A hook that reads one by another schema than `phone()`
 * gets that number, and not the one that was said or made up. `own`: the fields of the sample as it is sent.
 */
export function strangersIn(hook: Hook, own: unknown, said: unknown, now: number): string[] {
  const mapped = mapFields(hook, own, now)
  if (mapped.kind !== 'invite') return []
  const { contacts, teammates } = mapped.invite
  return teammatesIn(
    contacts.filter((contact) => !teammates.includes(contact)),
    said,
  )
}
