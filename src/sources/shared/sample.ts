/** What a user sees of a sender before its first webhook: a sample of what it sends, and the hook to begin with. */

/** A sample of what the sender sends, before signing. */
export interface Sample {
  readonly body: string
  readonly contentType: string
  readonly headers?: Readonly<Record<string, string>>
}

/** What `sample` is given: the answers to put in, and what makes one event differ from another. */
export interface SampleInput {
  /** Forms: answers by name. CRMs and shops: values by dotted path into the documented object. */
  readonly fields: Readonly<Record<string, string>>
  readonly id: string
  /** Epoch milliseconds. */
  readonly now: number
}

const PERSON = {
  name: 'Asha Rao',
  phone: '+919800000001',
  cohort: 'May',
  whatsapp_ok: 'true',
}
const INDEX = /^\d{1,3}$/

/**
 * A copy of `object` in which `line_items.0.sku` and the like have the given values. What is not there is made.
 * A value takes the type of the number or boolean it replaces, since that is what the vendor would send.
 */
export function withPaths(object: object, fields: Readonly<Record<string, string>>): object {
  let result: object = { ...object }
  for (const [path, value] of Object.entries(fields)) result = put(result, path.split('.'), value)
  return result
}

/** Where hooks read the answers that `withAnswers` adds. */
export const ANSWERS = 'answers.'

/** Makes a sender's documented object; `asked` are answers by title, for its own list of them. */
export type Documented = (
  id: string,
  now: number,
  asked: readonly (readonly [title: string, value: string])[],
) => object

export interface SampleParts {
  /** The vendor's path of what hooks read under a name of ours. */
  readonly moved?: Readonly<Record<string, string>>
  /** What stands before the title of an answer, such as `answers.`; without it there are no answers by title. */
  readonly answers?: string
  readonly headers?: (id: string, now: number) => Readonly<Record<string, string>>
}

/** A sample in JSON: the documented object with the caller's values. */
export function jsonSample(
  body: Documented,
  parts: SampleParts = {},
): (input: SampleInput) => Sample {
  return (input) => jsonBody(sampleObject(body, parts, input), parts.headers?.(input.id, input.now))
}

/** The documented object with the caller's values. */
export function sampleObject(
  body: Documented,
  { moved = {}, answers }: SampleParts,
  { fields, id, now }: SampleInput,
): object {
  const places = new Map(Object.entries(moved))
  const asked: [string, string][] = []
  const values: [string, string][] = []
  for (const [path, value] of Object.entries(fields)) {
    if (answers !== undefined && path.startsWith(answers)) {
      asked.push([path.slice(answers.length), value])
    } else values.push([places.get(path) ?? path, value])
  }
  return withPaths(body(id, now, asked), Object.fromEntries(values))
}

/** A sample of JSON as it stands. */
export function jsonBody(value: unknown, headers: Readonly<Record<string, string>> = {}): Sample {
  return { body: JSON.stringify(value), contentType: 'application/json', headers }
}

/** A sample of a form. */
export function formBody(members: Readonly<Record<string, string>> | string[][]): Sample {
  return {
    body: new URLSearchParams(members).toString(),
    contentType: 'application/x-www-form-urlencoded',
  }
}

/** A number made of a text, always the same and hardly ever that of another, for ids that must be numbers. */
export function serial(text: string): number {
  let high = 0x811c9dc5
  let low = 0x01000193
  for (let at = 0; at < text.length; at++) {
    low = Math.imul(low ^ text.charCodeAt(at), 0x01000193)
    high = Math.imul(high ^ (low >>> 16), 0x85ebca6b)
  }
  // 21 bits and 32 bits: as many as a JSON number holds exactly.
  return (high >>> 11) * 2 ** 32 + (low >>> 0)
}

/** The answers of a sample: a made-up person, and over that what the caller asked for. */
export function sampleAnswers(
  fields: Readonly<Record<string, string>>,
): readonly (readonly [name: string, value: string])[] {
  return Object.entries({ ...PERSON, ...fields })
}

const SAMPLE = {
  groupName: 'Webinar May',
  contacts: ['919800000001'],
  create: true,
  name: 'Asha Rao',
  phone: '+919800000001',
}

/** `contacts` may be given as one text with commas; `id` makes it an event of its own. */
export function sampleInvite(fields: Readonly<Record<string, string>>, id: string): object {
  const { contacts, ...rest } = fields
  const named = { ...SAMPLE, sample: id }
  return withPaths(
    contacts === undefined ? named : { ...named, contacts: contacts.split(',') },
    rest,
  )
}

/** What differs between the examples of two senders. */
export interface ExampleParts {
  /** Where people agreed, or the question that asks them: one of the two, for senders that need consent. */
  readonly attested?: string
  readonly field?: string
  /** The code of `when`. */
  readonly when?: string
  /** The path to the number, and the country of numbers without a code: India by default, null where all have one. */
  readonly phone: string
  readonly country?: string | null
  /** The group's name; `{product.name}` in it is a text at that path. */
  readonly group: string
  /** Schemas of paths in `group` that are another thing than a text. */
  readonly fields?: Readonly<Record<string, string>>
}

const PLACE = /\{([^}]+)\}/g
const INDENT = '  '
const LINE_CHARACTERS = 76

/** A hook with one number and one group. */
export function hookExample(source: string, parts: ExampleParts): string {
  const { attested, field, when, phone, country = 'IN', group, fields = {} } = parts
  const named = [...group.matchAll(PLACE)].map(([, path = '']) => path)
  const tree = withPaths(
    {},
    {
      [phone]: country === null ? 'phone()' : `phone('${country}')`,
      ...Object.fromEntries(named.map((path) => [path, fields[path] ?? 'v.string()'])),
    },
  )
  const options = [
    `source: ${source}`,
    attested !== undefined && `consent: { attested: '${attested}' }`,
    field !== undefined && `consent: { field: '${field}' }`,
    when !== undefined && `when: ${when}`,
    `fields: ${schemaText(tree, INDENT)}`,
    `invite: ({ ${Object.keys(tree).join(', ')} }) => (${block(
      [`groupName: ${nameText(group)}`, `contacts: [${accessTo(phone)}]`, 'create: true'],
      INDENT,
    )})`,
  ]
  const lines = options.filter((option) => option !== false)
  return `hook({\n${lines.map((line) => `${INDENT}${line},\n`).join('')}})`
}

/** The hook for a shop, whose buyers agree at the checkout. */
export function checkoutExample(source: string, parts: ExampleParts): string {
  const attested = 'Ticked at checkout: “Add me to the WhatsApp group”'
  return hookExample(source, { attested, ...parts })
}

/** The hook for a form, whose answers are flat and named by its author. */
export function formExample(source: string): string {
  const fields = { cohort: "v.picklist(['May', 'June'])" }
  const group = 'Webinar {cohort}'
  return hookExample(source, { field: 'whatsapp_ok', phone: 'phone', group, fields })
}

/** Of senders whose payload does not tell a ticked box from a choice. */
export const CONSENT_BY_TEXT =
  "Only a known yes counts as consent: on, true, “Yes”, “I agree” and the like. Where the ticked box sends another text, name it in the hook: accept: ['Add me to the group']."

/** A list is told by the place of its only item: `phones.0.value`. */
function schemaText(tree: object, indent: string): string {
  const item: unknown = '0' in tree ? tree[0] : undefined
  if (item !== undefined) return `v.looseTuple([${codeOf(item, indent)}])`
  const members = Object.entries(tree).map(([name, inner]) => {
    const key = /^\w+$/.test(name) ? name : `'${name}'`
    return `${key}: ${codeOf(inner, `${indent}${INDENT}`)}`
  })
  return `v.object(${block(members, indent)})`
}

function codeOf(inner: unknown, indent: string): string {
  return typeof inner === 'object' && inner !== null ? schemaText(inner, indent) : String(inner)
}

/** On one line where it fits. */
function block(members: readonly string[], indent: string): string {
  const line = `{ ${members.join(', ')} }`
  if (indent.length + line.length < LINE_CHARACTERS && !line.includes('\n')) return line
  return `{\n${members.map((member) => `${indent}${INDENT}${member},\n`).join('')}${indent}}`
}

function nameText(group: string): string {
  const [only, path = ''] = /^\{([^}]+)\}$/.exec(group) ?? []
  if (only !== undefined) return accessTo(path)
  if (!group.includes('{')) return `'${group}'`
  return `\`${group.replaceAll(PLACE, (_, inner: string) => `\${${accessTo(inner)}}`)}\``
}

function accessTo(path: string): string {
  const [first = '', ...rest] = path.split('.')
  return first + rest.map(memberText).join('')
}

function memberText(name: string): string {
  if (INDEX.test(name)) return `[${name}]`
  return /^\w+$/.test(name) ? `.${name}` : `['${name}']`
}

function put(node: unknown, path: readonly string[], value: string): object {
  const [name = '', ...rest] = path
  if (Array.isArray(node) && INDEX.test(name)) {
    const copy: unknown[] = [...node]
    // Never further than one past the end: no path makes a list of holes.
    const index = Math.min(Number(name), copy.length)
    copy[index] = below(copy[index], rest, value)
    return copy
  }
  const members = typeof node === 'object' && !Array.isArray(node) ? { ...node } : {}
  const before: unknown = Object.getOwnPropertyDescriptor(members, name)?.value
  // A computed name defines a member, so that `__proto__` is a member like any other.
  return { ...members, [name]: below(before, rest, value) }
}

function below(before: unknown, rest: readonly string[], value: string): unknown {
  return rest.length === 0 ? like(before, value) : put(before, rest, value)
}

function like(before: unknown, value: string): unknown {
  if (typeof before === 'boolean' && (value === 'true' || value === 'false'))
    return value === 'true'
  return typeof before === 'number' && String(Number(value)) === value ? Number(value) : value
}
