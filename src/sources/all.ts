/** Every source, one line each: the list, docs/senders.md and the tests all follow from it. */

// Forms

export { basin } from './basin.ts'
export { cognito } from './cognito.ts'
export { contactForm7 } from './contact-form-7.ts'
export { elementor } from './elementor.ts'
export { fillout } from './fillout.ts'
export { formbricks } from './formbricks.ts'
export { formspree } from './formspree.ts'
export { formstack } from './formstack.ts'
export { framer } from './framer.ts'
export { googleForms } from './google-forms.ts'
export { gravityForms } from './gravity-forms.ts'
export { jotform } from './jotform.ts'
export { microsoftForms } from './microsoft-forms.ts'
export { netlify } from './netlify.ts'
export { paperform } from './paperform.ts'
export { surveyMonkey } from './survey-monkey.ts'
export { tally } from './tally.ts'
export { typeform } from './typeform.ts'
export { webflow } from './webflow.ts'
export { wpforms } from './wpforms.ts'
export { zohoForms } from './zoho-forms.ts'

// Calendars and events

export { acuity } from './acuity.ts'
export { calcom } from './calcom.ts'
export { calendly } from './calendly.ts'
export { luma } from './luma.ts'
export { zoom } from './zoom.ts'

// Ads

export { googleAds } from './google-ads.ts'
export { indiaMart } from './india-mart.ts'
export { linkedIn } from './linked-in.ts'
export { metaLeadAds } from './meta-lead-ads.ts'

// CRMs

export { activeCampaign } from './active-campaign.ts'
export { attio } from './attio.ts'
export { bitrix24 } from './bitrix24.ts'
export { clickFunnels } from './click-funnels.ts'
export { close } from './close.ts'
export { freshsales } from './freshsales.ts'
export { goHighLevel } from './go-high-level.ts'
export { goHighLevelWorkflow } from './go-high-level-workflow.ts'
export { hubspot, hubspotWorkflow } from './hubspot.ts'
export { intercom } from './intercom.ts'
export { kommo } from './kommo.ts'
export { leadSquared } from './lead-squared.ts'
export { monday } from './monday.ts'
export { odoo } from './odoo.ts'
export { pipedrive } from './pipedrive.ts'
export { rdStation } from './rd-station.ts'
export { salesforce, salesforceFlow } from './salesforce.ts'
export { zendesk } from './zendesk.ts'
export { zohoCrm } from './zoho-crm.ts'

// Shops and payments

export { cashfree } from './cashfree.ts'
export { eduzz } from './eduzz.ts'
export { eventbrite } from './eventbrite.ts'
export { flutterwave } from './flutterwave.ts'
export { gumroad } from './gumroad.ts'
export { hotmart } from './hotmart.ts'
export { instamojo } from './instamojo.ts'
export { kiwify } from './kiwify.ts'
export { lemonSqueezy } from './lemon-squeezy.ts'
export { mercadoPago } from './mercado-pago.ts'
export { paddle } from './paddle.ts'
export { payU } from './pay-u.ts'
export { paystack } from './paystack.ts'
export { phonePe } from './phone-pe.ts'
export { razorpay } from './razorpay.ts'
export { shopify } from './shopify.ts'
export { stripe } from './stripe.ts'
export { wooCommerce } from './woo-commerce.ts'
export { xendit } from './xendit.ts'

// Automations and your own programs

export { make, n8n, pabbly, zapier } from './automations.ts'
export { json, jsonWith } from './json.ts'
export { signedJson } from './signed-json.ts'
export { standardWebhooks } from './standard-webhooks.ts'
