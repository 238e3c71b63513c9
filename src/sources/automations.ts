/** The automation platforms by their names: each is `json` with the steps of its own screens. */

import { bodySteps, exampleOf, json } from './json.ts'
import type { JsonObject } from './shared/payload.ts'
import type { Source } from './source.ts'

const RETRIES =
  'What becomes of an error is set in the automation: let it try again on 503, after the seconds in Retry-After, and with the same Idempotency-Key.'

export const zapier = platform({
  name: 'zapier',
  title: 'Zapier',
  setup: [
    'In the Zap add the action “Webhooks by Zapier”, which comes with the paid plans, choose the event POST, and paste {url}. As the payload type choose json.',
    'Under Headers add Authorization with the value “Bearer ”, one space, and the value of {secret}.',
    'Under Data add the names that the hook reads, such as phone, each with the value from a step before.',
  ],
  docs: 'https://help.zapier.com/hc/en-us/articles/8496326446989-Send-webhooks-in-Zaps',
})

export const make = platform({
  name: 'make',
  title: 'Make',
  setup: [
    'In the scenario add the module “Make a request” of the app HTTP, with the method POST, and paste {url}.',
    'As the authentication type choose API key, and make a credential with the header x-usher-secret and the value of {secret}. A plain header of that name does the same.',
    'As the body’s content type choose JSON. Let the module “Create JSON” write the body: a quote in an answer breaks JSON that is typed as a text.',
  ],
  docs: 'https://apps.make.com/http',
})

export const n8n = platform({
  name: 'n8n',
  title: 'n8n',
  setup: [
    'In the workflow add the node “HTTP Request”, with the method POST, and paste {url}.',
    'As the authentication choose Generic Credential Type, then Header Auth, with the name x-usher-secret and the value of {secret}.',
    'Switch “Send Body” on, choose JSON as its type, and add the names that the hook reads, such as phone, each with the value from a node before.',
  ],
  docs: 'https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.httprequest/',
})

export const pabbly = platform({
  name: 'pabbly',
  title: 'Pabbly Connect',
  setup: [
    'In the workflow add the action “API by Pabbly”, with the method POST, and paste {url}. As the payload type choose JSON.',
    'Add a header named x-usher-secret with the value of {secret}. Where no header can be set, paste {url} with a slash and the value of {secret} at its end instead: anyone who knows that URL can send.',
    'Add the names that the hook reads, such as phone, each with the value from a step before.',
  ],
  docs: 'https://www.pabbly.com/pabbly-connect-documentation-complete-integration-guide/',
  unconfirmed: ['How the settings of “API by Pabbly” are called: no page of Pabbly’s shows them.'],
})

type Own = Pick<Source, 'name' | 'title' | 'setup' | 'docs' | 'unconfirmed'>

function platform(own: Own): Source<JsonObject> {
  return {
    ...json,
    ...own,
    setup: [...own.setup, ...bodySteps],
    fails: [RETRIES],
    example: exampleOf(own.name),
  }
}
