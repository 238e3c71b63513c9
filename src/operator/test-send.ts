/** Sends a signed sample through the whole path: the Worker receives it as if the sender had posted it. */

import * as v from 'valibot'
import { secretName } from '../lib/names.ts'
import { isSandbox, readinessOf } from '../setup/readiness.ts'
import { type Admin, hookOf, noteAt } from './admin.ts'
import { listDeliveries } from './merge.ts'
import { ownFields, sampleFields, samplePhone, strangersIn } from './sample/sample-fields.ts'
import { signedSample } from './sample/signed-sample.ts'

const COUNTRY = 'IN'
/** More than one sample makes. */
const MOST_DELIVERIES = 10

export interface TestResult {
  readonly status: number
  readonly answer: string
  readonly deliveries: readonly string[]
}

/** The deliveries that the Worker's answer names. One that the sender asks for names none. */
export const answerSchema = v.fallback(
  v.pipe(v.string(), v.parseJson(), v.object({ deliveries: v.array(v.string()) })),
  { deliveries: [] },
)

/**
 * Sends one. `phone` null: a made-up number, which only the sandbox may be given. Outside the sandbox EazyBe is called for
 * a person, so it has to be confirmed. `because`: why it cannot be sent.
 */
export async function sendTest(
  admin: Admin,
  name: string,
  phone: string | null,
  confirmed: boolean,
): Promise<TestResult | 'not_found' | { readonly because: string }> {
  const hook = hookOf(admin, name)
  if (hook === null) return 'not_found'
  const readiness = readinessOf(name, hook, admin.env)
  if (!readiness.ready) return { because: readiness.because }
  const [secret = ''] = readiness.secrets
  if (phone === null && !isSandbox(admin.env)) {
    return { because: 'A made-up number may be a real person’s: say whose it is.' }
  }
  if (!confirmed && !isSandbox(admin.env)) {
    return { because: 'EazyBe would be called for this number: confirm it.' }
  }
  const occasion = { id: crypto.randomUUID(), now: Date.now() }
  const own = await ownFields(hook, hook.source.sample({ fields: {}, ...occasion }))
  const number = phone ?? samplePhone(hook.country ?? COUNTRY, Math.random)
  const { fields } = sampleFields(hook, { given: {}, own, phone: number })
  const sample = hook.source.sample({ fields, ...occasion })
  const read = await ownFields(hook, sample)
  if (!isSandbox(admin.env) && strangersIn(hook, read, number, occasion.now).length > 0) {
    return {
      because:
        'The hook reads a number of the sample itself, which may be a real person’s: it has no phone() in its fields.',
    }
  }
  const { publicUrl } = admin.config
  const target = { hookName: name, hook, secret, baseUrl: admin.origin, publicUrl }
  const signed = await signedSample(target, sample, occasion).catch((error: Error) => error)
  if (signed instanceof Error) {
    return { because: `${secretName(name)} does not sign: ${signed.message}.` }
  }
  const { url, headers, body } = signed
  await noteAt(admin, 'test', name)
  const response = await admin.dispatch(new Request(url, { method: 'POST', headers, body }))
  const answer = await response.text()
  const deliveries =
    hook.source.acknowledge === undefined
      ? v.parse(answerSchema, answer).deliveries
      : await arrivedSince(admin, name, occasion.now)
  return { status: response.status, answer, deliveries }
}

/** Where the sender wants an answer of its own, that names none. */
async function arrivedSince(admin: Admin, hook: string, since: number): Promise<string[]> {
  const filter = { hook, from: new Date(since).toISOString() }
  const { values } = await listDeliveries(admin, filter, MOST_DELIVERIES, null)
  return values.map(({ id }) => id)
}
