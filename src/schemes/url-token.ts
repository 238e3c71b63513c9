/** The hook's secret as the last segment of the URL, for senders that can set nothing but a URL. */

import { reject, type Scheme, VERIFIED } from './scheme.ts'
import { isOneOf, newSecret, refuseSecret } from './secret.ts'

/** Characters that no encoder, router or form field rewrites (RFC 3986, section 2.3). */
const UNRESERVED = /^[A-Za-z0-9._~-]+$/

/** `/hooks/:hook/:secret`. Its holder can send, so it must not be logged. */
export const urlToken: Scheme = {
  title: 'The secret at the end of the URL',
  refuseSecret: (secret) =>
    refuseSecret(secret) ??
    (UNRESERVED.test(secret) ? null : 'has characters other than letters, digits, and . _ ~ -'),
  newSecret: () => newSecret(),

  async verify({ urlSecret }, secrets) {
    if (urlSecret === null || urlSecret === '') return reject('missing')
    const usable = secrets.filter((secret) => urlToken.refuseSecret(secret) === null)
    return (await isOneOf(urlSecret, usable)) ? VERIFIED : reject('mismatch')
  },

  async sign(_outgoing, secret) {
    return { headers: {}, urlSecret: secret }
  },
}
