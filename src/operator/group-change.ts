/** What an operator may put right about a group. */

import * as v from 'valibot'
import { inviteSchema } from '../mapping/invite.ts'

/** WhatsApp's own limit, and one for the account itself. */
const MOST_MEMBERS = 1_024

export const groupChangeSchema = v.variant('kind', [
  v.object({
    kind: v.literal('count'),
    members: v.pipe(
      v.number(),
      v.integer('must be a whole number'),
      v.minValue(0, 'must be 0 or more'),
      v.maxValue(MOST_MEMBERS, `must be ${MOST_MEMBERS} or less`),
    ),
  }),
  v.object({ kind: v.literal('rename'), name: inviteSchema.entries.groupName }),
  v.object({ kind: v.literal('exists') }),
  v.object({ kind: v.literal('create') }),
])
