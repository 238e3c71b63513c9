/** Salesforce: outbound messages, SOAP with up to 100 records in one request, and the JSON that the author of a flow writes. */

import * as v from 'valibot'
import { token, urlToken } from '../schemes/token.ts'
import { jsonObject } from './shared/payload.ts'
import { hookExample, jsonSample, serial, withPaths } from './shared/sample.ts'
import { defineSource } from './source.ts'

const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/'
const OUTBOUND = 'http://soap.sforce.com/2005/09/outbound'
/** Any other answer, also a plain 200, is a failure to Salesforce. */
const ACKNOWLEDGEMENT = `<notificationsResponse xmlns="${OUTBOUND}"><Ack>true</Ack></notificationsResponse>`
const CONTENT_TYPE = 'text/xml; charset=utf-8'

const notification = v.object({
  Id: v.pipe(v.string(), v.nonEmpty()),
  /** The record: the fields that its admin chose, without those that are empty. */
  sObject: jsonObject,
})

const message = v.object({
  Envelope: v.object({
    Body: v.object({
      notifications: v.looseObject({
        OrganizationId: v.string(),
        ActionId: v.string(),
        // One alone is no list.
        Notification: v.union([
          v.array(notification),
          v.pipe(
            notification,
            v.transform((only) => [only]),
          ),
        ]),
      }),
    }),
  }),
})

export const salesforce = defineSource({
  name: 'salesforce',
  title: 'Salesforce outbound message',
  kind: 'crm',
  // It signs nothing and sets no header.
  scheme: urlToken,
  accepts: ['xml'],
  secretMembers: ['SessionId'],
  payload: message,
  submissions: ({ Envelope: { Body } }) => {
    // The holder of a session's id can act as its user: it is not kept.
    const { Notification, SessionId: _, ...about } = Body.notifications
    return Notification.map((one) => ({
      id: one.Id,
      fields: { ...about, Notification: one },
      ...(one.sObject.DoNotCall === 'true' ? { skip: 'the record is marked as Do Not Call' } : {}),
    }))
  },
  acknowledge: () =>
    new Response(envelope(ACKNOWLEDGEMENT), { headers: { 'content-type': CONTENT_TYPE } }),
  sample: ({ fields, id }) => {
    const inner = xmlOf(withElements(changedLead(id), fields))
    return {
      body: envelope(`<notifications xmlns="${OUTBOUND}">${inner}</notifications>`),
      contentType: CONTENT_TYPE,
      headers: { SOAPAction: '""' },
    }
  },
  example: hookExample('salesforce', {
    phone: 'Notification.sObject.MobilePhone',
    group: 'Leads {Notification.sObject.Status}',
    fields: { 'Notification.sObject.Status': "v.optional(v.string(), 'New')" },
  }),
  setup: [
    'In Salesforce Setup search for Outbound Messages, add one, and choose the object, such as Lead.',
    'As the Endpoint URL paste {url} with a slash and the value of {secret} at its end. Salesforce does not sign: anyone who knows this URL can send, so keep it secret.',
    'Choose the fields to send: MobilePhone or Phone, DoNotCall, and what tells the group. Records with DoNotCall on are skipped. Leave “Send Session ID” off.',
    'Add the outbound message to a record-triggered flow (Action, Outbound Message) or to a workflow rule.',
    'The hook reads Notification.sObject.MobilePhone and the like; empty fields are not sent. Give phone() the country of numbers without a country code.',
    'To take events of your organization only, give the hook a `when` that looks at OrganizationId: ({ OrganizationId }) => OrganizationId === "00D…", in its form of 18 characters.',
    'Setup, Outbound Messages, View Message Delivery Status shows what waits and why.',
  ],
  docs: 'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_om_outboundmessaging.htm',
  fails: [
    'Without Usher’s acknowledgement Salesforce tries again for 24 hours, with gaps that grow to two hours, and then gives up.',
    'What comes late has the record’s values of then, and may come after what happened later.',
    'A message may come twice although it was acknowledged: its notification’s id tells.',
  ],
  unconfirmed: ['How long Salesforce waits for an answer.'],
})

function envelope(inner: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="${SOAP}"><soapenv:Body>${inner}</soapenv:Body></soapenv:Envelope>`
}

/** Paths that lead nowhere in the message are elements of their own: XML has no lists of one to make for them. */
function withElements(documented: object, fields: Readonly<Record<string, string>>): object {
  const isPath = ([path]: [string, string]) =>
    Object.hasOwn(documented, path.split('.', 1)[0] ?? '')
  const [paths, elements] = [true, false].map((wanted) =>
    Object.fromEntries(Object.entries(fields).filter((field) => isPath(field) === wanted)),
  )
  return { ...withPaths(documented, paths ?? {}), ...elements }
}

function changedLead(id: string) {
  return {
    OrganizationId: '00D000000000001EAA',
    ActionId: '04k000000000001AAA',
    EnterpriseUrl: 'https://acme.my.salesforce.com/services/Soap/c/65.0/00D000000000001',
    PartnerUrl: 'https://acme.my.salesforce.com/services/Soap/u/65.0/00D000000000001',
    Notification: {
      Id: `04l${id}`,
      sObject: {
        Id: `00Q${serial(id)}`,
        FirstName: 'Asha',
        LastName: 'Rao',
        Company: 'Acme & Daughters',
        MobilePhone: '+91 98000 00001',
        Status: 'Webinar May',
      },
    },
  }
}

const SPECIAL: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
const NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/

/** Names that XML does not take are left out, with what is in them. */
export function xmlOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) {
    return String(value ?? '').replaceAll(/[&<>]/g, (sign) => SPECIAL[sign] ?? sign)
  }
  const elements = Object.entries(value).filter(([name]) => NAME.test(name))
  return elements
    .flatMap(([name, inner]) => [inner].flat().map((one) => `<${name}>${xmlOf(one)}</${name}>`))
    .join('')
}

/** The action “HTTP Callout” of a flow, or Apex. */
export const salesforceFlow = defineSource({
  name: 'salesforceFlow',
  title: 'Salesforce Flow',
  kind: 'crm',
  scheme: token,
  payload: jsonObject,
  // The author chose the members: none of them is known to be an id.
  submissions: (fields) => [{ id: null, fields }],
  sample: jsonSample(ownBody),
  example: hookExample('salesforceFlow', { phone: 'phone', group: '{group}' }),
  setup: [
    'In Salesforce Setup open Named Credentials, and on the tab External Credentials make one with the protocol Custom, a principal, and a custom header x-usher-secret whose value is the value of {secret}.',
    'Make a Named Credential for it. Its URL is what stands before /hooks in {url}. Give the users who run the flow access to the principal in a permission set.',
    'In Flow Builder add an Action, then “Create HTTP Callout”, with that Named Credential, the method POST and as its path what {url} has from /hooks on.',
    'As a sample body paste {"recordId":"003…","phone":"+919800000001","group":"Webinar May"}, and as a sample answer {"status":"queued","deliveries":["1"]}.',
    'Fill recordId, phone (such as MobilePhone) and group from the record. The record’s id belongs in: two bodies that are equal count as one event sent twice.',
    'In a record-triggered flow, run the action on the path “Run Asynchronously”: a callout cannot run within the transaction.',
  ],
  docs: 'https://help.salesforce.com/s/articleView?id=platform.flow_http_callout.htm&type=5',
  fails: [
    'A flow does not try again by itself: connect the action’s fault path, and let it write the record down or try later.',
  ],
  unconfirmed: [
    'That Salesforce does not repeat a callout that failed, and how long it waits for an answer (platform-wide the limit is said to be 120 seconds).',
  ],
})

function ownBody(id: string, now: number) {
  return {
    recordId: `003-${id}`,
    name: 'Asha Rao',
    phone: '+91 98000 00001',
    group: 'Webinar May',
    changedAt: new Date(now).toISOString(),
  }
}
