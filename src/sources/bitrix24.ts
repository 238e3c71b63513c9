/** Bitrix24: new leads, deals and contacts. The webhook has only ids; the portal is asked for the rest. */

import * as v from 'valibot'
import { bodySecret } from '../schemes/body-secret.ts'
import { askVendor, type VendorAnswer } from './shared/ask-vendor.ts'
import { bracketForm, bracketSample } from './shared/brackets.ts'
import { idText, type JsonObject, jsonObject, numberId, optionalText } from './shared/payload.ts'
import { serial } from './shared/sample.ts'
import { defineSource, type LookUpTools } from './source.ts'

const TITLE = 'Bitrix24'
/** https://apidocs.bitrix24.com/api-reference/crm/: what is asked, by the event that told of it. */
const METHODS: Readonly<Record<string, string>> = {
  ONCRMLEADADD: 'crm.lead.get',
  ONCRMDEALADD: 'crm.deal.get',
  ONCRMCONTACTADD: 'crm.contact.get',
}
/** An inbound webhook's address, which the operator stores: no other portal is ever asked. */
const PORTAL = /^https:\/\/[a-z0-9.-]+\/rest\/\d+\/[A-Za-z0-9]+\/?$/i

const event = v.object({
  event: v.pipe(v.string(), v.toUpperCase()),
  data: v.object({ FIELDS: v.object({ ID: numberId }) }),
  ts: optionalText,
  /** It may also hold the tokens of an app: they are not kept. */
  auth: v.nullish(v.object({ domain: optionalText, member_id: optionalText })),
})

const body = v.pipe(bracketForm, event)

const answered = v.pipe(
  v.object({ result: jsonObject }),
  v.transform(({ result }) => result),
)

const phones = v.looseObject({
  PHONE: v.array(v.looseObject({ VALUE: v.pipe(v.string(), v.nonEmpty()) })),
})

export const bitrix24 = defineSource({
  name: 'bitrix24',
  title: TITLE,
  kind: 'crm',
  scheme: bodySecret({ member: 'auth[application_token]' }),
  accepts: ['form'],
  secretMembers: ['access_token', 'refresh_token', 'application_token'],
  payload: body,
  submissions: (fields) => {
    const { event: name, data, ts } = fields
    const isNew = Object.hasOwn(METHODS, name)
    return [
      {
        id: isNew ? [name, data.FIELDS.ID, ts ?? ''].join(':') : null,
        fields,
        skip: isNew ? null : `${name} is no new lead, deal or contact`,
      },
    ]
  },
  async lookUp(fields, tools) {
    const asked = v.safeParse(event, fields)
    if (!asked.success) return { ok: false, message: `${TITLE} named no record.` }
    const { event: name, data } = asked.output
    const method = METHODS[name]
    if (method === undefined) return { ok: false, message: `${TITLE} named no new record.` }
    const record = await recordOf(tools, method, data.FIELDS.ID)
    if (!record.ok) return record
    const contactId = idText(record.value.CONTACT_ID)
    // A deal has no number of its own.
    const hasContact = method === METHODS.ONCRMDEALADD && contactId !== null && contactId !== '0'
    const contact = hasContact ? await recordOf(tools, 'crm.contact.get', contactId) : null
    if (contact?.ok === false) return contact
    return {
      ok: true,
      fields: {
        ...asked.output,
        record: record.value,
        contact: contact?.value ?? null,
        phones: [...phonesOf(record.value), ...phonesOf(contact?.value)],
      },
    }
  },
  sample: bracketSample(createdLead),
  setup: [
    'In Bitrix24 open Applications, then Developer resources, then Other, and add an “Outbound webhook”: paste {url} as the handler and choose “Lead created” (ONCRMLEADADD), “Contact created” or “Deal created”. Save it.',
    'Bitrix24 then shows an application token: store it as {secret}.',
    'In the same place add an “Inbound webhook” with the permission CRM alone, copy its address (https://your-portal.bitrix24.com/rest/1/…/) and store it as {apiToken}: the outbound one has only an id, and Usher asks your portal for the rest.',
    'The hook reads phones, the numbers in their order, record (the lead, contact or deal as your portal has it, such as record.NAME and record.SOURCE_ID, own fields as record.UF_CRM_…), and contact, the contact of a deal.',
    'Numbers are as they were typed: give phone() your country. Changes and deletions are acknowledged and skipped.',
  ],
  fails: [
    'Bitrix24 never tries again, whatever it is answered, and calls a slow address less often.',
    'Where the portal does not answer, the delivery is held; mapping it again asks again.',
  ],
  phoneless:
    'Bitrix24’s webhook carries an id only. With the address of an inbound webhook Usher asks your portal for the lead, contact or deal.',
  example: `hook({
  source: bitrix24,
  consent: { attested: 'Ticked in the form that makes the lead' },
  fields: v.object({ phones: v.array(phone('BR')), record: v.object({ TITLE: v.string() }) }),
  invite: ({ phones, record }) => ({
    groupName: record.TITLE,
    contacts: phones.slice(0, 1),
    create: true,
  }),
})`,
  docs: 'https://apidocs.bitrix24.com/api-reference/events/index.html',
  unconfirmed: ['How long Bitrix24 waits for an answer.'],
})

/** Inbound webhooks take their secret in the address and in no other way. */
async function recordOf(
  tools: LookUpTools,
  method: string,
  id: string,
): Promise<VendorAnswer<JsonObject>> {
  if (!PORTAL.test(tools.token) || !v.is(numberId, id)) {
    return {
      ok: false,
      message: `${TITLE}’s API token must be the address of an inbound webhook, https://your-portal.bitrix24.com/rest/1/…/: store that, then map this delivery again.`,
    }
  }
  const portal = tools.token.replace(/\/?$/, '/')
  const url = `${portal}${method}.json?id=${id}`
  return askVendor(tools, { title: TITLE, url, what: 'a record', shape: answered })
}

function phonesOf(record: unknown): readonly string[] {
  return v.is(phones, record) ? record.PHONE.map(({ VALUE }) => VALUE) : []
}

function createdLead(id: string, now: number) {
  return {
    event: 'ONCRMLEADADD',
    event_handler_id: '975',
    data: { FIELDS: { ID: String(serial(id)) } },
    ts: String(Math.floor(now / 1000)),
    auth: {
      domain: 'usher-sample.bitrix24.com',
      client_endpoint: 'https://usher-sample.bitrix24.com/rest/',
      server_endpoint: 'https://oauth.bitrix24.tech/rest/',
      member_id: 'a223c6b3710f85df22e9377d6c4f7553',
    },
  }
}
