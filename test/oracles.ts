/** Oracles: how each sender signs, told by the vendor's own package where there is one, else by its documented formula. */

import { createHmac } from 'node:crypto'
import { Signature } from '@hubspot/api-client/lib/src/utils/signature.js'
import { ApiVersion, LogSeverity, shopifyApi } from '@shopify/shopify-api'
import '@shopify/shopify-api/adapters/web-api'
import Razorpay from 'razorpay'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import Stripe from 'stripe'
import { Webhook as SvixWebhook } from 'svix'
import type { Proof } from '../src/schemes/scheme.ts'

/** A request before it is signed. */
export interface Unsigned {
  readonly method: string
  readonly url: string
  readonly body: string
  readonly id: string
  /** Epoch milliseconds. */
  readonly now: number
}

export interface Oracle {
  /** The source's name in `sources`. */
  readonly source: string
  /** Who says so: a package, or the formula. */
  readonly title: string
  /** Rows of one family spell their proof alike, so that one's request may pass for the other's under the same secret. */
  readonly family: string
  /** False where a secret is merely shown: nobody can then tell that the body was changed. */
  readonly coversBody: boolean
  /** True where method and URL are signed too. */
  readonly coversUrl?: boolean
  /** Where a time is signed. */
  readonly time?: { readonly unit: 's' | 'ms'; readonly toleranceSeconds: number }
  sign(request: Unsigned, secret: string): Proof
  /** The same text in the wrong order, rightly signed: for schemes that put a time beside the body. */
  swapped?(request: Unsigned, secret: string): Proof
  /** The vendor's own opinion of what our `sign` made. */
  accepts?(request: Unsigned, headers: Headers, secret: string): boolean | Promise<boolean>
}

/** At least one row for every source; more where it may prove itself in several ways. */
export const oracles: readonly Oracle[] = [
  {
    source: 'typeform',
    title: 'node:crypto',
    family: 'Typeform-Signature',
    coversBody: true,
    sign: ({ body }, secret) => ({
      headers: { 'Typeform-Signature': `sha256=${mac(secret, body).toString('base64')}` },
    }),
  },
  {
    source: 'tally',
    title: 'node:crypto',
    family: 'Tally-Signature',
    coversBody: true,
    sign: ({ body }, secret) => ({
      headers: { 'Tally-Signature': mac(secret, body).toString('base64') },
    }),
  },
  {
    source: 'jotform',
    title: 'the last segment of the URL',
    family: 'url token',
    coversBody: false,
    sign: (_, secret) => ({ headers: {}, urlSecret: secret }),
  },
  {
    source: 'webflow',
    title: 'node:crypto',
    family: 'x-webflow-signature',
    coversBody: true,
    time: { unit: 'ms', toleranceSeconds: 300 },
    sign: ({ body, now }, secret) => webflow(secret, now, `${now}:${body}`),
    swapped: ({ body, now }, secret) => webflow(secret, now, `${body}:${now}`),
  },
  {
    source: 'calendly',
    title: 'node:crypto',
    family: 'Calendly-Webhook-Signature',
    coversBody: true,
    time: { unit: 's', toleranceSeconds: 180 },
    sign: ({ body, now }, secret) => calendly(secret, now, `${seconds(now)}.${body}`),
    swapped: ({ body, now }, secret) => calendly(secret, now, `${body}.${seconds(now)}`),
  },
  {
    source: 'hubspot',
    title: '@hubspot/api-client, version 3',
    family: 'X-HubSpot-Signature-v3',
    coversBody: true,
    coversUrl: true,
    time: { unit: 'ms', toleranceSeconds: 300 },
    sign: hubspotV3,
    swapped: ({ method, url, body, now }, secret) => ({
      headers: {
        'X-HubSpot-Request-Timestamp': String(now),
        'X-HubSpot-Signature-v3': mac(secret, method + url + now + body).toString('base64'),
      },
    }),
    accepts: ({ method, url, body, now }, headers, clientSecret) =>
      Signature.isValid({
        method,
        url,
        clientSecret,
        requestBody: body,
        signatureVersion: 'v3',
        timestamp: now,
        signature: headers.get('X-HubSpot-Signature-v3') ?? '',
      }),
  },
  ...(['v1', 'v2'] as const).map((version) => ({
    source: 'hubspot',
    title: `@hubspot/api-client, version ${version.slice(1)}`,
    family: 'X-HubSpot-Signature',
    coversBody: true,
    coversUrl: version === 'v2',
    sign: (request: Unsigned, secret: string) => hubspotHash(version, request, secret),
  })),
  {
    source: 'hubspotWorkflow',
    title: '@hubspot/api-client, version 2',
    family: 'X-HubSpot-Signature',
    coversBody: true,
    coversUrl: true,
    sign: (request, secret) => hubspotHash('v2', request, secret),
  },
  {
    source: 'hubspotWorkflow',
    title: '@hubspot/api-client, version 3',
    family: 'X-HubSpot-Signature-v3',
    coversBody: true,
    coversUrl: true,
    time: { unit: 'ms', toleranceSeconds: 300 },
    sign: hubspotV3,
  },
  ...tokens('hubspotWorkflow'),
  {
    source: 'shopify',
    title: 'node:crypto; @shopify/shopify-api validates',
    family: 'X-Shopify-Hmac-Sha256',
    coversBody: true,
    sign: ({ body }, secret) => ({
      headers: { 'X-Shopify-Hmac-Sha256': mac(secret, body).toString('base64') },
    }),
    accepts: acceptedByShopify,
  },
  {
    source: 'wooCommerce',
    title: 'node:crypto, with the secret decoded by a list',
    family: 'X-WC-Webhook-Signature',
    coversBody: true,
    sign: ({ body }, secret) => ({
      headers: {
        'X-WC-Webhook-Signature': mac(withoutEntities(secret), body).toString('base64'),
      },
    }),
  },
  {
    source: 'stripe',
    title: 'the stripe package',
    family: 'Stripe-Signature',
    coversBody: true,
    time: { unit: 's', toleranceSeconds: 300 },
    sign: ({ body, now }, secret) => ({
      headers: {
        'Stripe-Signature': Stripe.webhooks.generateTestHeaderString({
          payload: body,
          secret,
          timestamp: seconds(now),
        }),
      },
    }),
    swapped: ({ body, now }, secret) => ({
      headers: {
        'Stripe-Signature': pairs(now, mac(secret, `${body}.${seconds(now)}`)),
      },
    }),
    accepts: ({ body, now }, headers, secret) => {
      const header = headers.get('Stripe-Signature') ?? ''
      return (
        Stripe.webhooks.signature?.verifyHeader(body, header, secret, 300, undefined, now) ?? false
      )
    },
  },
  {
    source: 'razorpay',
    title: 'node:crypto; the razorpay package validates',
    family: 'X-Razorpay-Signature',
    coversBody: true,
    sign: ({ body }, secret) => ({
      headers: { 'X-Razorpay-Signature': mac(secret, body).toString('hex') },
    }),
    accepts: ({ body }, headers, secret) =>
      Razorpay.validateWebhookSignature(body, headers.get('X-Razorpay-Signature') ?? '', secret),
  },
  ...tokens('json'),
  {
    source: 'signedJson',
    title: 'node:crypto',
    family: 'x-signature',
    coversBody: true,
    time: { unit: 's', toleranceSeconds: 300 },
    sign: ({ body, now }, secret) => signedJson(secret, now, `${seconds(now)}.${body}`),
    swapped: ({ body, now }, secret) => signedJson(secret, now, `${body}.${seconds(now)}`),
  },
  {
    source: 'standardWebhooks',
    title: 'the standardwebhooks package',
    family: 'webhook-signature',
    coversBody: true,
    time: { unit: 's', toleranceSeconds: 300 },
    sign: ({ id, body, now }, secret) =>
      standard('webhook', id, now, new StandardWebhook(secret).sign(id, new Date(now), body)),
    swapped: ({ id, body, now }, secret) => {
      const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
      const text = `${id}.${body}.${seconds(now)}`
      return standard('webhook', id, now, `v1,${mac(key, text).toString('base64')}`)
    },
    accepts: ({ body }, headers, secret) => {
      new StandardWebhook(secret).verify(body, Object.fromEntries(headers))
      return true
    },
  },
  {
    source: 'standardWebhooks',
    title: 'the svix package',
    family: 'svix-signature',
    coversBody: true,
    time: { unit: 's', toleranceSeconds: 300 },
    sign: ({ id, body, now }, secret) =>
      standard('svix', id, now, new SvixWebhook(secret).sign(id, new Date(now), body)),
    accepts: ({ body }, headers, secret) => {
      new SvixWebhook(secret).verify(body, Object.fromEntries(headers))
      return true
    },
  },
]

function mac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function seconds(now: number): number {
  return Math.floor(now / 1000)
}

function pairs(now: number, signature: Buffer): string {
  return `t=${seconds(now)},v1=${signature.toString('hex')}`
}

function webflow(secret: string, now: number, text: string): Proof {
  return {
    headers: {
      'x-webflow-timestamp': String(now),
      'x-webflow-signature': mac(secret, text).toString('hex'),
    },
  }
}

function calendly(secret: string, now: number, text: string): Proof {
  return { headers: { 'Calendly-Webhook-Signature': pairs(now, mac(secret, text)) } }
}

function signedJson(secret: string, now: number, text: string): Proof {
  return {
    headers: {
      'x-timestamp': String(seconds(now)),
      'x-signature': `sha256=${mac(secret, text).toString('hex')}`,
    },
  }
}

function hubspotV3({ method, url, body, now }: Unsigned, clientSecret: string): Proof {
  const options = { clientSecret, requestBody: body, url, timestamp: now, signature: '' }
  return {
    headers: {
      'X-HubSpot-Request-Timestamp': String(now),
      'X-HubSpot-Signature-v3': Signature.getSignature(method, 'v3', options),
    },
  }
}

function hubspotHash(version: 'v1' | 'v2', { method, url, body }: Unsigned, secret: string): Proof {
  const options = { clientSecret: secret, requestBody: body, url, signature: '' }
  return {
    headers: {
      'X-HubSpot-Signature-Version': version,
      'X-HubSpot-Signature': Signature.getSignature(method, version, options),
    },
  }
}

/** The three ways to show the hook's secret in a header. */
function tokens(source: string): Oracle[] {
  const shown = (title: string, headers: (secret: string) => Record<string, string>): Oracle => ({
    source,
    title,
    family: 'token',
    coversBody: false,
    sign: (_, secret) => ({ headers: headers(secret) }),
  })
  return [
    shown('a Bearer token', (secret) => ({ Authorization: `Bearer ${secret}` })),
    shown('a Basic password', (secret) => ({
      Authorization: `Basic ${Buffer.from(`anybody:${secret}`).toString('base64')}`,
    })),
    shown('x-usher-secret', (secret) => ({ 'x-usher-secret': secret })),
  ]
}

async function acceptedByShopify(request: Unsigned, signed: Headers, secret: string) {
  const shop = shopifyApi({
    apiKey: 'key',
    apiSecretKey: secret,
    apiVersion: ApiVersion.July26,
    hostName: 'usher.example',
    isEmbeddedApp: false,
    logger: { level: LogSeverity.Error },
  })
  const headers = new Headers(signed)
  // The package wants to see the headers of a delivery, too.
  headers.set('X-Shopify-Topic', 'orders/create')
  headers.set('X-Shopify-Shop-Domain', 'nilgiri-school.myshopify.com')
  headers.set('X-Shopify-API-Version', '2026-07')
  headers.set('X-Shopify-Webhook-Id', request.id)
  const { method, body, url } = request
  const rawRequest = new Request(url, { method, headers, body })
  const { valid } = await shop.webhooks.validate({ rawBody: body, rawRequest })
  return valid
}

/** WordPress decodes each entity once, so `&amp;lt;` becomes `&lt;` and no more. */
function withoutEntities(secret: string): string {
  const entities = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#039;': "'" }
  let decoded = ''
  for (let at = 0; at < secret.length; ) {
    const found = Object.entries(entities).find(([entity]) => secret.startsWith(entity, at))
    decoded += found?.[1] ?? secret[at]
    at += found?.[0].length ?? 1
  }
  return decoded
}

function standard(family: 'webhook' | 'svix', id: string, now: number, signature: string): Proof {
  return {
    headers: {
      [`${family}-id`]: id,
      [`${family}-timestamp`]: String(seconds(now)),
      [`${family}-signature`]: signature,
    },
  }
}
