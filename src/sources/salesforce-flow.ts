/** Salesforce Flow: the action “HTTP Callout” (or Apex), with a JSON body of the author's own. */

import { token } from '../schemes/token.ts'
import { jsonObject } from './shared/payload.ts'
import { hookExample, jsonSample } from './shared/sample.ts'
import { defineSource } from './source.ts'

export const salesforceFlow = defineSource({
  name: 'salesforceFlow',
  title: 'Salesforce Flow',
  kind: 'crm',
  scheme: token,
  payload: jsonObject,
  // The author chose the members: none of them means an id to everybody.
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
