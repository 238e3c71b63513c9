/** Endpoints of groups: our count of them, and putting right what Usher holds. */

import * as v from 'valibot'
import {
  changeGroup,
  groupChangeSchema,
  listGroups,
  readGroup,
  UNCHANGED,
} from '../operator/groups.ts'
import { groupSchema } from '../operator/shapes.ts'
import { cursorEntry, cursorText, endpointsOf, notPossible, pagingEntries } from './endpoint.ts'

const groups = endpointsOf('Groups', 'group')

export const groupEndpoints = [
  groups.get('/api/groups', 'listGroups', {
    summary: 'Groups, one account after the other',
    query: v.object({ text: v.optional(v.string()), ...pagingEntries }),
    answer: v.object({ groups: v.array(groupSchema), ...cursorEntry }),
    async run(admin, { query: { text = null, limit, cursor } }) {
      const page = await listGroups(admin, text, limit, cursor ?? null)
      return { groups: page.groups, cursor: cursorText(page.cursor) }
    },
  }),
  groups.get('/api/groups/:id', 'getGroup', {
    summary: 'One group',
    answer: groupSchema,
    run: (admin, { id }) => readGroup(admin, id),
  }),
  groups.post('/api/groups/:id/change', 'changeGroup', {
    summary: 'Correct what Usher holds of a group',
    detail:
      '`count` sets how many people are in it, `rename` its name in WhatsApp, `exists` says that it is there, `create` that it is not and may be made.',
    body: groupChangeSchema,
    answer: groupSchema,
    problems: [409],
    async run(admin, { id, body }) {
      const result = await changeGroup(admin, id, body)
      if (result === 'done') return readGroup(admin, id)
      return result === 'not_found' ? result : notPossible(UNCHANGED[result])
    },
  }),
]
