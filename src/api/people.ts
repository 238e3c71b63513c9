/** Endpoints of one person. Their number travels in the body: a URL is logged on its way. */

import * as v from 'valibot'
import {
  digitsOf,
  erasePerson,
  exportPerson,
  type Person,
  personSchema,
  setSuppressed,
  suppressionSchema,
} from '../operator/people.ts'
import { described, storySchema } from '../operator/shapes.ts'
import { endpointsOf, only, type Result, wrong } from './endpoint.ts'

const people = endpointsOf('People', 'group')

export const peopleEndpoints = [
  suppression('suppress', 'Keep a person out of one group, or of all, from now on'),
  suppression('unsuppress', 'Let a person in again'),
  people.post('/api/people/erase', 'erasePerson', {
    summary: 'Delete what is kept of a person everywhere, and never add them again',
    body: personSchema,
    answer: v.object({
      erased: described(v.number(), 'Deliveries that were wiped'),
      more: described(v.boolean(), 'True: post the same again for the rest'),
    }),
    run: (admin, { body }) => withDigits(body, (digits) => erasePerson(admin, digits)),
  }),
  people.post('/api/people/export', 'exportPerson', {
    summary: 'Everything that is kept of a person',
    body: personSchema,
    answer: v.object({
      accounts: v.array(
        v.object({
          account: v.string(),
          deliveries: v.array(storySchema),
          groups: v.array(v.object({ group: v.string(), acceptedAt: v.string() })),
          suppressed: v.array(
            v.object({
              group: v.nullable(v.string()),
              since: v.string(),
              why: v.string(),
            }),
          ),
          consents: v.array(v.unknown()),
          more: v.boolean(),
        }),
      ),
    }),
    run: (admin, { body }) =>
      withDigits(body, async (digits) => ({ accounts: await exportPerson(admin, digits) })),
  }),
]

function suppression(verb: 'suppress' | 'unsuppress', summary: string) {
  const suppressed = verb === 'suppress'
  return people.post(`/api/people/${verb}`, `${verb}Person`, {
    summary,
    body: only(suppressionSchema.entries),
    answer: v.object({
      suppressed: v.boolean(),
      leads: described(v.number(), 'Leads that waited and are left out now'),
    }),
    problems: [404],
    run: (admin, { body }) =>
      withDigits(body, async (digits) => {
        const result = await setSuppressed(admin, digits, body.group ?? null, suppressed)
        return result === 'not_found' ? result : { suppressed, ...result }
      }),
  })
}

async function withDigits(
  person: Person,
  go: (digits: string) => Promise<Result>,
): Promise<Result> {
  const read = digitsOf(person)
  return 'digits' in read ? go(read.digits) : wrong('phone', read.because)
}
