/** Endpoints of groups: our count of them, and putting right what Usher holds. */

import * as v from 'valibot'
import {
  changeGroup,
  groupChangeSchema,
  listGroups,
  readGroup,
  UNCHANGED,
} from '../operator/groups.ts'
import { endpoint, noSuch, notPossible } from './endpoint.ts'
import { cursorEntry, cursorText, DEFAULT_PER_PAGE, groupSchema, pagingEntries } from './schemas.ts'

export const groupEndpoints = [
  endpoint({
    method: 'get',
    path: '/api/groups',
    name: 'listGroups',
    tag: 'Groups',
    summary: 'Groups, one account after the other',
    query: v.object({ text: v.optional(v.string()), ...pagingEntries }),
    answer: v.object({ groups: v.array(groupSchema), ...cursorEntry }),
    async run(desk, { query: { text = null, limit = DEFAULT_PER_PAGE, cursor } }) {
      const page = await listGroups(desk, text, limit, cursor ?? null)
      return { groups: page.groups, cursor: cursorText(page.cursor) }
    },
  }),
  endpoint({
    method: 'get',
    path: '/api/groups/:id',
    name: 'getGroup',
    tag: 'Groups',
    summary: 'One group',
    answer: groupSchema,
    problems: [404],
    run: async (desk, { id }) => (await readGroup(desk, id)) ?? noSuch('group'),
  }),
  endpoint({
    method: 'post',
    path: '/api/groups/:id/change',
    name: 'changeGroup',
    tag: 'Groups',
    summary: 'Correct what Usher holds of a group',
    detail:
      '`count` sets how many people are in it, `rename` its name in WhatsApp, `exists` says that it is there, `create` that it is not and may be made.',
    body: groupChangeSchema,
    answer: groupSchema,
    problems: [404, 409],
    async run(desk, { id, body }) {
      const result = await changeGroup(desk, id, body)
      if (result === 'not_found') return noSuch('group')
      if (result !== 'done') return notPossible(UNCHANGED[result])
      return (await readGroup(desk, id)) ?? noSuch('group')
    },
  }),
]
