/** Decodes a verified body by its content type: JSON, forms or XML, within bounds of depth and size. */

import { type Bytes, textOf } from './bytes.ts'
import { readXml } from './xml.ts'

/** `JSON.parse` takes a million nested brackets; what walks the result afterwards does not. */
const MAX_DEPTH = 32
/** Members and elements in all, whatever they nest in: what is longer may have more, at the rate of a shop's order. */
const MAX_NODES = 20_000
const MIN_CHARACTERS_PER_NODE = 10
/** A CRM may put many contacts into one form, each with five parts for every field of its own. */
const MAX_FORM_PARTS = 5_000
/** Any name that a media type may have (RFC 6838, section 4.2): `vnd.surveymonkey.response_completed.v1`. */
const JSON_SUFFIX = /^application\/[a-z0-9!#$&^_.+-]+\+json$/

/** How a body is written. `text` is JSON that its sender calls text/plain. */
export type ContentKind = 'json' | 'form' | 'multipart' | 'xml' | 'text'

type Decoded =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string }

/** What each kind is called, where a sender or a human is told. */
export const CONTENT_TYPES: Readonly<Record<ContentKind, string>> = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  multipart: 'multipart/form-data',
  xml: 'application/xml',
  text: 'text/plain',
}

/** What a content type may be quoted with: no parameters, and nothing that a page could be made of. */
const MEDIA_TYPE = /^[\w!#$&^.+-]{1,60}\/[\w!#$&^.+-]{1,60}/

/** What a content type announces, or null where it is none that any source takes. */
export function contentKind(contentType: string | null): ContentKind | null {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (type === 'application/json' || JSON_SUFFIX.test(type)) return 'json'
  if (type === 'application/x-www-form-urlencoded') return 'form'
  if (type === 'multipart/form-data') return 'multipart'
  if (/^(?:text|application)\/xml$|^application\/[a-z0-9.-]+\+xml$/.test(type)) return 'xml'
  return type === 'text/plain' ? 'text' : null
}

/** The value of the body. Forms and XML become objects of texts; a repeated name becomes a list. Files are left out. */
export async function decodeBody(
  bytes: Bytes,
  kind: ContentKind,
  contentType: string,
): Promise<Decoded> {
  if (kind === 'multipart') return decodeMultipart(bytes, contentType)
  const text = textOf(bytes)
  if (text === null) return failure('The body is not UTF-8')
  if (kind === 'form') return decodeForm(new URLSearchParams(text))
  if (kind !== 'xml') return decodeJson(text)
  const value = readXml(text)
  return value === null ? failure('The body is not XML, or too much of it') : { ok: true, value }
}

/**
 * The value of a verified body of a sender that uses these content types. JSON is read whatever it is called: plugins send
 * a text that their user wrote as text/plain.
 */
export async function decodeFrom(
  bytes: Bytes,
  contentType: string,
  accepts: readonly ContentKind[],
): Promise<Decoded> {
  const kind = contentKind(contentType)
  if (kind !== null && accepts.includes(kind)) return decodeBody(bytes, kind, contentType)
  const text = accepts.includes('json') ? textOf(bytes) : null
  const decoded = text === null ? null : decodeJson(text)
  if (decoded?.ok) return decoded
  const name = MEDIA_TYPE.exec(contentType)?.[0] ?? 'nothing known'
  const types = accepts.map((one) => CONTENT_TYPES[one]).join(' or ')
  return failure(`The body is announced as ${name}, and cannot be read as ${types}`)
}

/** What JSON says; undefined where it cannot be read. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function decodeJson(text: string): Decoded {
  const value = readJson(text)
  if (value === undefined) return failure('The body is not JSON')
  return withinBounds(value, Math.max(MAX_NODES, text.length / MIN_CHARACTERS_PER_NODE))
    ? { ok: true, value }
    : failure('The body nests too deep or is too wide')
}

/** Walks level by level, so that its own stack does not grow with the input. */
function withinBounds(root: unknown, maxNodes: number): boolean {
  let level = [root]
  let nodes = 0
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return false
    const next: unknown[] = []
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue
      for (const child of Object.values(value)) {
        if (++nodes > maxNodes) return false
        next.push(child)
      }
    }
    level = next
  }
  return true
}

async function decodeMultipart(bytes: Bytes, contentType: string): Promise<Decoded> {
  try {
    const form = await new Response(bytes, { headers: { 'content-type': contentType } }).formData()
    return decodeForm(form)
  } catch {
    return failure('The body is not multipart form data')
  }
}

function decodeForm(form: Iterable<[string, unknown]>): Decoded {
  const values = new Map<string, string | string[]>()
  let parts = 0
  for (const [name, value] of form) {
    if (++parts > MAX_FORM_PARTS) return failure('The form has too many parts')
    if (typeof value !== 'string') continue
    const before = values.get(name)
    if (Array.isArray(before)) before.push(value)
    else values.set(name, before === undefined ? value : [before, value])
  }
  // `fromEntries` defines members: a part named `__proto__` becomes data, not a prototype.
  return { ok: true, value: Object.fromEntries(values) }
}

function failure(message: string): Decoded {
  return { ok: false, message }
}

/** The value at a dotted path: of a form's flat answers by the whole name, of what nests by the names on the way. Undefined where nothing is; what every object inherits is nothing. A name on the way may hold dots itself. */
export function valueAt(node: unknown, path: string): unknown {
  if (typeof node !== 'object' || node === null) return undefined
  // A form's answers are flat, whatever dots their names hold.
  if (Object.hasOwn(node, path)) return Reflect.get(node, path)
  for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1)) {
    const head = path.slice(0, dot)
    if (!Object.hasOwn(node, head)) continue
    const found = valueAt(Reflect.get(node, head), path.slice(dot + 1))
    if (found !== undefined) return found
  }
  return undefined
}
