/** Zoho CRM: the action “Webhook” of a workflow rule, with the parameters that its author chose. */

import { token } from '../schemes/token.ts'
import { jsonObject } from './shared/payload.ts'
import { formBody, hookExample } from './shared/sample.ts'
import { defineSource } from './source.ts'

export const zohoCrm = defineSource({
  name: 'zohoCrm',
  title: 'Zoho CRM',
  kind: 'crm',
  scheme: token,
  // A choice of the author: parameters come as a form, a raw body as JSON.
  accepts: ['form', 'json'],
  payload: jsonObject,
  // No parameter is known to be an id: the body serves, and has the record's id and time if the author put them in.
  submissions: (fields) => [{ id: null, fields }],
  sample: ({ fields, id, now }) => formBody({ ...lead(id, now), ...fields }),
  example: hookExample('zohoCrm', {
    phone: 'phone',
    group: 'Leads {stage}',
    fields: { stage: "v.optional(v.string(), 'New')" },
  }),
  setup: [
    'In Zoho CRM open Setup, then Automation, then Actions, then Webhooks, and configure a webhook for the module, such as Leads.',
    'Choose the method POST and paste {url} as the URL to notify.',
    'Under Headers add a custom parameter x-usher-secret with the value of {secret}. Zoho wants a module parameter beside it: add any one, such as x-lead with the Lead Id.',
    'As the body choose Form-Data and add module parameters: phone (Mobile or Phone), stage (Lead Status), id (Lead Id) and modified (Modified Time). The hook reads them by the names you give.',
    'Keep id and modified: two bodies that are equal count as one event sent twice.',
    'Do not write the body as raw JSON where it has names in it: a quote in a name breaks it.',
    'Add the webhook as an instant action to a workflow rule, and give phone() the country of numbers without a country code.',
  ],
  docs: 'https://help.zoho.com/portal/en/kb/crm/automate-business-processes/actions/articles/webhooks-workflow',
  fails: [
    'Zoho lists webhooks that failed under Setup, Automation, Webhooks. Nothing is said of retries: what is listed there may have to be sent again by hand.',
  ],
  phoneless:
    'Notifications that a program subscribes to (actions/watch) carry only what changed, and end after a day. Use a workflow rule, which sends what you choose.',
  unconfirmed: [
    'How long Zoho waits for an answer, and whether and how often it tries again.',
    'Whether a retry sends the same bytes: if not, only the person and the group tell repeats apart.',
  ],
})

function lead(id: string, now: number) {
  return {
    id: `lead-${id}`,
    name: 'Asha Rao',
    phone: '+91 98000 00001',
    stage: 'Webinar May',
    modified: new Date(now).toISOString(),
  }
}
