/** A delivery that an operator changes: its people and its group. What is typed is read as strictly as what a hook maps. */

import * as v from 'valibot'
import type { Issue } from '../lib/problem.ts'
import { inviteSchema } from '../mapping/invite.ts'
import { issuesOf } from '../mapping/issues.ts'
import { phone } from '../mapping/phone/index.ts'
import type { DeliveryAction } from '../outbox/admin/act.ts'
import { described } from './shapes.ts'

/** What EazyBe takes in one call. */
const MOST_CONTACTS = 50

/** What is left out stays as it is. */
export const editSchema = v.object({
  groupName: v.optional(v.string()),
  contacts: v.optional(
    described(v.array(v.string()), 'Numbers with their country code, as people write them'),
  ),
  create: v.optional(described(v.boolean(), 'Whether it may create the group')),
})

const strictSchema = v.partial(
  v.object({
    groupName: inviteSchema.entries.groupName,
    contacts: v.pipe(
      v.array(phone()),
      v.minLength(1, 'must hold at least one number'),
      v.maxLength(MOST_CONTACTS, `must hold at most ${MOST_CONTACTS} numbers`),
      v.transform((contacts) => [...new Set(contacts)]),
    ),
    create: v.boolean(),
  }),
)

/** The edit as an action, or what is wrong with it. */
export function readEdit(
  input: v.InferOutput<typeof editSchema>,
  agreed: boolean,
): Extract<DeliveryAction, { kind: 'edit' }> | { readonly issues: readonly Issue[] } {
  const read = v.safeParse(strictSchema, input)
  if (!read.success) return { issues: issuesOf(read.issues) }
  const { groupName = null, contacts = null, create = null } = read.output
  return { kind: 'edit', agreed, groupName, contacts, create }
}
