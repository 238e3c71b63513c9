/** HubSpot's own client signs: version 3, and the plain hashes before it. */

import { Signature } from '@hubspot/api-client/lib/src/utils/signature.js'
import type { Proof } from '../src/schemes/scheme.ts'
import type { Oracle, Unsigned } from './fixtures/oracle.ts'

const PACKAGE = '@hubspot/api-client'

/** Version 3: an HMAC over method, URL, body and time. */
export const hubspotV3: Oracle = {
  title: `${PACKAGE}, version 3`,
  package: PACKAGE,
  family: 'X-HubSpot-Signature-v3',
  coversBody: true,
  coversUrl: true,
  time: { unit: 'ms', toleranceSeconds: 300 },
  sign: ({ method, url, body, now }, clientSecret) => {
    const options = { clientSecret, requestBody: body, url, timestamp: now, signature: '' }
    return {
      headers: {
        'X-HubSpot-Request-Timestamp': String(now),
        'X-HubSpot-Signature-v3': Signature.getSignature(method, 'v3', options),
      },
    }
  },
}

/** Versions 1 and 2: hashes that begin with the secret. */
export function hubspotHash(version: 'v1' | 'v2'): Oracle {
  return {
    title: `${PACKAGE}, version ${version.slice(1)}`,
    package: PACKAGE,
    family: 'X-HubSpot-Signature',
    coversBody: true,
    coversUrl: version === 'v2',
    sign: (request, secret) => signHash(version, request, secret),
  }
}

function signHash(version: 'v1' | 'v2', { method, url, body }: Unsigned, secret: string): Proof {
  const options = { clientSecret: secret, requestBody: body, url, signature: '' }
  return {
    headers: {
      'X-HubSpot-Signature-Version': version,
      'X-HubSpot-Signature': Signature.getSignature(method, version, options),
    },
  }
}
