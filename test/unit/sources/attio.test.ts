/** What Attio is asked for, and what becomes of its answers. */

import { describe, expect, test } from 'vitest'
import { attio } from '../../../src/sources/attio.ts'

const OBJECT = '97052eb9-e65e-443f-a297-f2d9a4a7f795'
const RECORD = 'bf071e1f-6035-429d-b874-d83ea64ea13b'
const created = { event_type: 'record.created', id: { object_id: OBJECT, record_id: RECORD } }
const entry = {
  event_type: 'list-entry.created',
  id: { list_id: 'a', entry_id: 'b' },
  parent_object_id: OBJECT,
  parent_record_id: RECORD,
}
const person = { values: { phone_numbers: [{ normalized_phone_number: '+919800000141' }] } }

/** What the source asks about the only event of a body, and what it makes of the answer. */
async function lookUp(event: object, answer: Response) {
  const asked: (readonly [url: string, init: RequestInit | undefined])[] = []
  const reading = attio.read({ events: [event] }, new Headers())
  const fields = reading.ok ? reading.submissions[0]?.fields : undefined
  if (fields === undefined) throw new TypeError('The event was not read')
  const looked = await attio.lookUp?.(fields, {
    token: 'a-token-of-the-workspace',
    fetch: async (url, init) => {
      asked.push([url, init])
      return answer
    },
  })
  return { asked, looked, fields }
}

describe('the look-up', () => {
  test.each([
    ['a record', created],
    ['an entry of a list, for what it stands for', entry],
  ])('asks for %s, with the token in a header', async (_, event) => {
    const { asked, looked, fields } = await lookUp(event, Response.json({ data: person }))
    expect(asked).toEqual([
      [
        `https://api.attio.com/v2/objects/${OBJECT}/records/${RECORD}`,
        {
          headers: { accept: 'application/json', authorization: 'Bearer a-token-of-the-workspace' },
        },
      ],
    ])
    expect(looked).toEqual({ ok: true, fields: { ...fields, record: person } })
  })

  test('asks again about what it found before', async () => {
    const event = { ...created, record: { values: {} } }
    const { looked } = await lookUp(event, Response.json({ data: person }))
    expect(looked).toMatchObject({ ok: true, fields: { record: person } })
  })

  test('asks nothing about an event that names no record', async () => {
    const { asked, looked } = await lookUp(
      { event_type: 'record.created', id: {} },
      Response.json({ data: person }),
    )
    expect(asked).toEqual([])
    expect(looked).toMatchObject({ ok: false })
  })

  test('tells of an answer without a record', async () => {
    const { looked } = await lookUp(created, Response.json({ data: null }))
    expect(looked).toEqual({ ok: false, message: 'Attio answered something else than a record.' })
  })
})

test.each([
  ['a way to another place', '../../self'],
  ['an empty id', ''],
  ['a query', 'a?b'],
])('%s is no id', (_, record_id) => {
  const body = { events: [{ ...created, id: { object_id: OBJECT, record_id } }] }
  expect(attio.read(body, new Headers()).ok).toBe(false)
})

test('an update without Attio’s key has no id: the body serves', () => {
  const reading = attio.read(
    { events: [{ ...created, event_type: 'record.updated' }] },
    new Headers(),
  )
  expect(reading).toMatchObject({ ok: true, submissions: [{ id: null }] })
})
