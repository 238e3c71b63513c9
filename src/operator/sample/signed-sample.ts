/** A sample webhook, signed as its sender signs, and the same with one byte flipped. */

import { type Bytes, utf8 } from '../../lib/bytes.ts'
import type { Hook } from '../../mapping/hook.ts'
import { type Incoming, type Proof, withQuery } from '../../schemes/scheme.ts'
import type { Sample } from '../../sources/shared/sample.ts'

/** Where a hook is, its source, and what proves a request to it. */
export interface Target {
  readonly hookName: string
  readonly hook: Hook
  readonly secret: string
  /** Where to post it, without a slash at the end. */
  readonly baseUrl: string
  /** What the sender was told, for senders that sign the URL. */
  readonly publicUrl: string | null
}

interface Occasion {
  readonly id: string
  /** Epoch milliseconds. */
  readonly now: number
}

export interface SignedSample {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Bytes
}

const METHOD = 'POST'

/** The request that the sender would make. */
export async function signedSample(
  target: Target,
  sample: Sample,
  occasion: Occasion,
): Promise<SignedSample> {
  return assemble(target, await draft(target, sample, occasion))
}

/** That request with one byte flipped where its signature notices. */
export async function tamperedSample(
  target: Target,
  sample: Sample,
  occasion: Occasion,
): Promise<SignedSample> {
  const good = await draft(target, sample, occasion)
  for (const bad of flips(good, target.secret)) {
    const verified = await target.hook.source.scheme.verify(incoming(target, bad, occasion.now), [
      target.secret,
    ])
    if (!verified.ok) return assemble(target, bad)
  }
  throw new TypeError(`Nothing of ${target.hook.source.title}’s request is protected`)
}

/** A request in its parts: what the sender says, and what proves it. */
interface SampleDraft {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Bytes
  readonly proof: Proof
}

async function draft(target: Target, sample: Sample, { id, now }: Occasion): Promise<SampleDraft> {
  const headers = { 'content-type': sample.contentType, ...sample.headers }
  const body = utf8(sample.body)
  const url = signedUrl(target)
  const outgoing = { method: METHOD, url, headers: new Headers(headers), body, id, now }
  return { headers, body, proof: await target.hook.source.scheme.sign(outgoing, target.secret) }
}

function assemble(
  { baseUrl, hookName }: Target,
  { headers, body, proof }: SampleDraft,
): SignedSample {
  const last = proof.urlSecret === undefined ? '' : `/${encodeURIComponent(proof.urlSecret)}`
  return {
    url: withQuery(`${baseUrl}/hooks/${hookName}${last}`, proof),
    headers: { ...headers, ...proof.headers },
    body: proof.body ?? body,
  }
}

function signedUrl({ baseUrl, publicUrl, hookName }: Target): string {
  return `${publicUrl ?? baseUrl}/hooks/${hookName}`
}

function incoming(target: Target, { headers, body, proof }: SampleDraft, now: number): Incoming {
  return {
    method: METHOD,
    url: withQuery(signedUrl(target), proof),
    headers: new Headers({ ...headers, ...proof.headers }),
    body: proof.body ?? body,
    urlSecret: proof.urlSecret ?? null,
    now,
  }
}

/** One byte each: in the body, in a proving header, in the URL, in a secret or a signature that travels in the body. */
function* flips(good: SampleDraft, secret: string): Generator<SampleDraft> {
  const { proof } = good
  const body = proof.body ?? good.body
  const proved = (other: Partial<Proof>): SampleDraft => ({
    ...good,
    proof: { ...proof, ...other },
  })
  yield proved({ body: flipped(body, body.length >> 1) })
  for (const [name, value] of Object.entries(proof.headers)) {
    yield proved({ headers: { ...proof.headers, [name]: flippedText(value) } })
  }
  if (proof.urlSecret !== undefined) yield proved({ urlSecret: flippedText(proof.urlSecret) })
  for (const [name, value] of Object.entries(proof.query ?? {})) {
    yield proved({ query: { ...proof.query, [name]: flippedText(value) } })
  }
  const at = new TextDecoder().decode(body).indexOf(secret)
  if (at >= 0) yield proved({ body: flipped(body, at) })
  // A signature among the body's members is put at its end.
  if (proof.body !== undefined) yield proved({ body: flipped(body, body.length - 1) })
}

function flipped(bytes: Bytes, at: number): Bytes {
  const copy = bytes.slice()
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}

/** Near the end, since a header may begin with a word such as Bearer. */
function flippedText(text: string): string {
  const at = Math.floor(text.length * 0.75)
  const other = text[at] === 'a' ? 'b' : 'a'
  return text.slice(0, at) + other + text.slice(at + 1)
}
