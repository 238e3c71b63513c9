/** The hooks that users begin with, as text for `src/config.ts`. */

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

type Tree = Map<string, Tree | string>

const PLACE = /\{([^}]+)\}/g
const INDENT = '  '
const LINE_CHARACTERS = 76

/** A hook with one number and one group. */
export function hookExample(source: string, parts: ExampleParts): string {
  const { attested, field, when, phone, country = 'IN', group, fields = {} } = parts
  const tree: Tree = new Map()
  put(tree, phone.split('.'), country === null ? 'phone()' : `phone('${country}')`)
  for (const [, path = ''] of group.matchAll(PLACE)) {
    put(tree, path.split('.'), fields[path] ?? 'v.string()')
  }
  const options = [
    `source: ${source}`,
    attested !== undefined && `consent: { attested: '${attested}' }`,
    field !== undefined && `consent: { field: '${field}' }`,
    when !== undefined && `when: ${when}`,
    `fields: ${schemaText(tree, INDENT)}`,
    `invite: ({ ${[...tree.keys()].join(', ')} }) => (${block(
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

function put(tree: Tree, [name = '', ...rest]: readonly string[], code: string): void {
  if (rest.length === 0) {
    tree.set(name, code)
    return
  }
  const below = tree.get(name)
  const branch: Tree = below instanceof Map ? below : new Map()
  tree.set(name, branch)
  put(branch, rest, code)
}

function schemaText(tree: Tree, indent: string): string {
  const members = [...tree].map(([name, below]) => {
    const key = /^\w+$/.test(name) ? name : `'${name}'`
    return `${key}: ${typeof below === 'string' ? below : schemaText(below, `${indent}${INDENT}`)}`
  })
  return `v.object(${block(members, indent)})`
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
  return `${first}${rest.map((name) => (/^\w+$/.test(name) ? `.${name}` : `['${name}']`)).join('')}`
}
