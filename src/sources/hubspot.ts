/** HubSpot: the webhooks of an app, up to 100 events in one request. */

import * as v from 'valibot'
import { hubspotSignature } from './hubspot-signature.ts'
import { hookExample } from './shared/example.ts'
import { jsonBody, serial, withPaths } from './shared/paths.ts'
import { defineSource } from './source.ts'

const NOBODY_JOINS = /\.(?:deletion|privacyDeletion)$/i

const idPart = v.union([v.number(), v.string()])

const event = v.looseObject({
  portalId: idPart,
  subscriptionId: idPart,
  eventId: idPart,
  occurredAt: idPart,
  /** Missing where two objects are associated; those are `fromObjectId` and `toObjectId`. */
  objectId: v.optional(idPart),
  fromObjectId: v.optional(idPart),
  toObjectId: v.optional(idPart),
  /** The vendor's table says `eventType`, its samples say `subscriptionType`. */
  subscriptionType: v.optional(v.string()),
  eventType: v.optional(v.string()),
})

export const hubspot = defineSource({
  name: 'hubspot',
  title: 'HubSpot',
  kind: 'crm',
  scheme: hubspotSignature,
  payload: v.pipe(v.array(event), v.nonEmpty()),
  submissions: (events) =>
    events.map((fields) => {
      const { portalId, subscriptionId, eventId, occurredAt } = fields
      const object = fields.objectId ?? `${fields.fromObjectId ?? ''}>${fields.toObjectId ?? ''}`
      const type = fields.subscriptionType ?? fields.eventType ?? ''
      return {
        // HubSpot says itself that `eventId` is not unique, and `attemptNumber` changes with every retry.
        id: [portalId, subscriptionId, eventId, object, occurredAt].join(':'),
        fields,
        skip: NOBODY_JOINS.test(type) ? `${type} adds no person` : null,
      }
    }),
  sample: ({ fields, id, now }) => jsonBody([withPaths(phoneChange(id, now), fields)]),
  setup: [
    'In the webhook settings of your HubSpot app (for an app made of files: its webhooks file) set the target URL to {url}, without a query string.',
    'Subscribe to changes of the contact property phone or mobilephone (contact.propertyChange or object.propertyChange): other events carry ids only, no number.',
    'Copy the app’s client secret from its Auth page and store it as {secret}.',
    'If the hook is not reached under the address HubSpot was given (a proxy, a custom domain), set publicUrl in src/config.ts: HubSpot signs the address.',
    'To send a whole contact from a workflow, use the source hubspotWorkflow instead.',
  ],
  fails: [
    'HubSpot waits 5 seconds.',
    'It tries again up to ten times within a day, whatever the error was.',
  ],
  example: hookExample('hubspot', {
    attested: 'Asked by our team before the number is entered',
    when: "(event) => event.propertyName === 'phone'",
    phone: 'propertyValue',
    group: 'Customers',
  }),
  docs: 'https://developers.hubspot.com/docs/apps/developer-platform/add-features/configure-webhooks',
  unconfirmed: [
    'Whether a retry is signed afresh: when retries are refused as stale, give the hook a larger tolerance.',
    'How HubSpot signs escapes in the URL other than those it lists, such as %20.',
  ],
})

function phoneChange(id: string, now: number) {
  return {
    appId: 54001,
    attemptNumber: 0,
    changeSource: 'CRM_UI',
    eventId: serial(id),
    objectId: serial(`contact of ${id}`),
    objectTypeId: '0-1',
    occurredAt: now,
    portalId: 6200001,
    propertyName: 'phone',
    propertyValue: '+91 98000 00001',
    sourceId: 'userId:1',
    subscriptionId: 120001,
    subscriptionType: 'contact.propertyChange',
  }
}
