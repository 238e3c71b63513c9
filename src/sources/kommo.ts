/** Kommo (amoCRM): contacts and leads that are added or changed, several in one form. */

import * as v from 'valibot'
import { valueAt } from '../lib/decode.ts'
import { urlToken } from '../schemes/token.ts'
import { bracketForm, bracketSample } from './shared/brackets.ts'
import {
  type JsonObject,
  jsonObject,
  type NamedAnswer,
  titledIn,
  withAnswers,
} from './shared/payload.ts'
import { ANSWERS, serial } from './shared/sample.ts'
import { defineSource, type Submission } from './source.ts'

/** What a person is or hangs on; messages, tasks, notes and talks bring no lead. */
const RECORDS = new Set(['contacts', 'leads', 'companies', 'customers', 'unsorted'])
const NOT_JOINING = new Set(['delete', 'note', 'restore'])

/** Where a hook reads the number of a sample, and where Kommo has it. */
const FIRST_PHONE = 'phones.0'
const PHONE_PATH = 'contacts.add.0.custom_fields.0.values.0.value'
const INDEX = /^\d+$/

const items = v.array(jsonObject)
const sparse = v.record(v.string(), jsonObject)
const phones = v.object({
  code: v.literal('PHONE'),
  values: v.array(v.looseObject({ value: v.string() })),
})

const body = v.pipe(
  bracketForm,
  v.check((form) => eventsOf(form).length > 0, 'Expected an event such as contacts[add][0]'),
)

export const kommo = defineSource({
  name: 'kommo',
  title: 'Kommo',
  kind: 'crm',
  // It signs nothing and sets no header.
  scheme: urlToken,
  accepts: ['form'],
  payload: body,
  submissions: (form) => {
    const about = aboutAll(form)
    return eventsOf(form).map((event) => submission(about, event))
  },
  sample: bracketSample(addedContact, { moved: { [FIRST_PHONE]: PHONE_PATH }, answers: ANSWERS }),
  example: `hook({
  source: kommo,
  when: ({ contacts }) => contacts !== undefined,
  fields: v.object({ phones: v.tuple([phone('BR')]) }),
  invite: ({ phones }) => ({ groupName: 'Clientes', contacts: [phones[0]], create: true }),
})`,
  setup: [
    'In Kommo open Settings, then Integrations, then Web hooks, and add a webhook. The plan must be Advanced or higher.',
    'Paste {url} with a slash and the value of {secret} at its end. Kommo does not sign: anyone who knows this URL can send, so keep it secret.',
    'Tick “Contact added”, and “Contact edited” if numbers come later. Leads carry no number.',
    'The hook reads phones, the contact’s numbers in their order, or the contact as Kommo sends it, such as contacts.add.0.name. Custom fields, a list without a fixed order, are read by their name, code or id as answers.Batch and the like.',
    'Numbers are as people typed them: give phone() your country.',
    'If several accounts send here, give the hook a `when` that looks at account.subdomain.',
  ],
  docs: 'https://developers.kommo.com/docs/webhooks-general',
  fails: [
    'Kommo’s pages differ on what happens when Usher does not answer in time: one says that nothing comes again, another that it tries up to four times within an hour.',
    'After 100 wrong answers within five minutes it is said to stop for five minutes.',
  ],
  phoneless:
    'Leads carry no number, also those of a digital pipeline. Let the webhook send contacts (“Contact edited”), or let Zapier or Make look up the lead’s contact and post it to a hook of the source json.',
  unconfirmed: [
    'How long Kommo waits for an answer (about two seconds, by what others have seen) and how often it tries again.',
    'Whether a retry sends the same events in one request: so each event’s id is made of the event alone.',
  ],
})

interface KommoChange {
  readonly entity: string
  readonly action: string
  readonly item: JsonObject
}

/** `entity[action][index]`; what else there is, such as `account`, is about all of them. */
function eventsOf(form: JsonObject): readonly KommoChange[] {
  return Object.entries(form).flatMap(([entity, actions]) =>
    v.is(jsonObject, actions)
      ? Object.entries(actions).flatMap(([action, list]) =>
          itemsOf(list).map((item) => ({ entity, action, item })),
        )
      : [],
  )
}

/** A list, or what would be one if no index were left out. */
function itemsOf(list: unknown): readonly JsonObject[] {
  if (v.is(items, list)) return list
  const isSparse = v.is(sparse, list) && Object.keys(list).every((index) => INDEX.test(index))
  return isSparse ? Object.values(list) : []
}

/** What is no event, such as `account`. */
function aboutAll(form: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(form).filter(([name, value]) => eventsOf({ [name]: value }).length === 0),
  )
}

/** The form as if this event were its only one, and its phone numbers, since no place in a list says which is one. */
function submission(
  about: JsonObject,
  { entity, action, item }: KommoChange,
): Submission<JsonObject> {
  const skip = RECORDS.has(entity) && !NOT_JOINING.has(action) ? null : 'adds no person'
  return {
    id: eventId(entity, action, item),
    fields: withAnswers(
      { ...about, [entity]: { [action]: [item] }, phones: phonesOf(item) },
      ...['name', 'code', 'id'].map((title) => customFields(item, title)),
    ),
    ...(skip === null ? {} : { skip: `${entity} ${action} is ${skip}` }),
  }
}

/** A second may hold two changes of one contact: what the event says belongs to what it is. */
function eventId(entity: string, action: string, item: JsonObject): string | null {
  const { id, last_modified } = item
  if (typeof id !== 'string' || typeof last_modified !== 'string' || id === '') return null
  return [entity, action, id, last_modified, serial(JSON.stringify(item))].join(':')
}

/** Each has a list of values: `{ value }`, or a bare one. */
function customFields({ custom_fields }: JsonObject, title: string): readonly NamedAnswer[] {
  if (!Array.isArray(custom_fields)) return []
  const fields = custom_fields.map((field: unknown) => {
    const values = valueAt(field, 'values')
    const list: readonly unknown[] = Array.isArray(values) ? values : []
    const given = list.map((one) => valueAt(one, 'value') ?? one)
    return { title: valueAt(field, title), value: given.length === 1 ? given[0] : given }
  })
  return titledIn(fields, 'title')
}

function phonesOf({ custom_fields }: JsonObject): readonly string[] {
  if (!Array.isArray(custom_fields)) return []
  return custom_fields.flatMap((field) =>
    v.is(phones, field) ? field.values.map(({ value }) => value).filter(Boolean) : [],
  )
}

function addedContact(id: string, now: number, asked: readonly (readonly [string, string])[]) {
  const at = String(Math.floor(now / 1000))
  return {
    account: {
      id: '6200001',
      subdomain: 'acme',
      _links: { self: 'https://acme.kommo.com' },
    },
    contacts: {
      add: [
        {
          id: String(serial(id)),
          name: 'Asha Rao',
          type: 'contact',
          responsible_user_id: '1',
          date_create: at,
          last_modified: at,
          custom_fields: [
            {
              id: '101',
              name: 'Phone',
              code: 'PHONE',
              values: [{ value: '+919800000001', enum: '201' }],
            },
            {
              id: '102',
              name: 'Email',
              code: 'EMAIL',
              values: [{ value: 'asha@example.com', enum: '301' }],
            },
            ...asked.map(([name, value], at) => ({ id: `${201 + at}`, name, values: [{ value }] })),
          ],
        },
      ],
    },
  }
}
