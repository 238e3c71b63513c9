/** Every source by its name, and the list of those that are plain values. */

import type { Source } from '../source.ts'
import { calendly } from './calendly.ts'
import { hubspot } from './hubspot.ts'
import { hubspotWorkflow } from './hubspot-workflow.ts'
import { jotform } from './jotform.ts'
import { json } from './json.ts'
import { razorpay } from './razorpay.ts'
import { shopify } from './shopify.ts'
import { signedJson } from './signed-json.ts'
import { standardWebhooks } from './standard-webhooks.ts'
import { stripe } from './stripe.ts'
import { tally } from './tally.ts'
import { typeform } from './typeform.ts'
import { webflow } from './webflow.ts'
import { wooCommerce } from './woo-commerce.ts'

export {
  calendly,
  hubspot,
  hubspotWorkflow,
  jotform,
  json,
  razorpay,
  shopify,
  signedJson,
  standardWebhooks,
  stripe,
  tally,
  typeform,
  webflow,
  wooCommerce,
}

/** All but `signedJson`, which is made anew by every hook that uses it. */
export const sources: readonly Source[] = [
  typeform,
  tally,
  jotform,
  webflow,
  calendly,
  hubspot,
  hubspotWorkflow,
  shopify,
  wooCommerce,
  stripe,
  razorpay,
  json,
  standardWebhooks,
]
