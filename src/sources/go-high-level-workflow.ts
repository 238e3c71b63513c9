/** GoHighLevel workflows: the actions “Webhook” and “Custom Webhook”, which send one contact or a body of the author's own. */

import { token } from '../schemes/token.ts'
import { jsonObject } from './shared/payload.ts'
import { hookExample, jsonSample } from './shared/sample.ts'
import { defineSource } from './source.ts'

export const goHighLevelWorkflow = defineSource({
  name: 'goHighLevelWorkflow',
  title: 'GoHighLevel workflow',
  kind: 'crm',
  scheme: token,
  // The contact with the author's keys in `customData`, or nothing but those; labels of custom fields are members, too.
  payload: jsonObject,
  // It has no id of its own: the body has the contact's and the workflow's, and so serves.
  submissions: (fields) => [{ id: null, fields }],
  sample: jsonSample(contact),
  example: hookExample('goHighLevelWorkflow', { phone: 'phone', group: '{customData.group}' }),
  setup: [
    'In the workflow add the action “Webhook” (or “Custom Webhook”) with the method POST, and paste {url}.',
    'Under Headers add one with the name x-usher-secret and, as its value, the value of {secret}. “Custom Webhook” can show it as a Bearer token, too.',
    'Under Custom Data add a key group with what tells the group. The hook reads it as customData.group and the number as phone.',
    'In “Custom Webhook” write the body yourself, as JSON with keys such as phone, group and contact_id. A quote in a person’s name then breaks it: leave names out.',
    'The contact’s id belongs into such a body: two people whose bodies are equal count as one event sent twice.',
    'Run the workflow’s test once: the first delivery shows the names that your account sends.',
  ],
  docs: 'https://help.gohighlevel.com/support/solutions/articles/155000003299-workflow-action-webhook',
  fails: [
    'Nothing is said of retries: look at the workflow’s execution logs, and run it again for each person for whom it failed.',
  ],
  unconfirmed: [
    'The names of what the action “Webhook” sends of itself: no page lists them, and accounts differ.',
    'How long HighLevel waits for an answer, and whether a workflow tries again, after 429 or anything else.',
    'Whether a retry sends the same bytes: if not, only the person and the group tell repeats apart.',
  ],
})

function contact(id: string, now: number) {
  return {
    contact_id: `contact-${id}`,
    first_name: 'Asha',
    last_name: 'Rao',
    full_name: 'Asha Rao',
    email: 'asha@example.com',
    phone: '+919800000001',
    tags: 'webinar,pune',
    country: 'IN',
    date_created: new Date(now).toISOString(),
    contact_type: 'lead',
    location: { id: 'UsherSampleLocation1', name: 'Acme Pune' },
    workflow: { id: 'UsherSampleWorkflow', name: 'Join the group' },
    customData: { group: 'Pune Batch 7' },
  }
}
