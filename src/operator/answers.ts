/** The answers that a hook's mapping reads, to be corrected one by one. */

import type * as v from 'valibot'
import { valueAt } from '../lib/decode.ts'
import type { Hook } from '../mapping/hook.ts'
import { phoneCountryOf } from '../mapping/phone/index.ts'
import { leavesOf } from './sample/sample-fields.ts'

/** New answers by the dotted paths of their fields. */
export type Answers = Readonly<Record<string, string>>

/** An answer that can be corrected. */
export interface Question {
  readonly path: string
  /** What stands there now; null: nothing, or no single value. */
  readonly value: string | null
  /** Those that the mapping takes, where it names them; null: any. */
  readonly choices: readonly string[] | null
  readonly isPhone: boolean
}

/** What the hook's mapping reads of these fields. Consent is not among it: an operator states that in words of their own. */
export function questionsOf(hook: Hook, fields: unknown): Question[] {
  if (hook.fields === undefined) return []
  const consent = consentField(hook)
  return leavesOf(hook.fields, '').flatMap(({ path, schema }) => {
    if (path === consent || path === '') return []
    const value = valueAt(fields, path)
    const isText = typeof value === 'string' || typeof value === 'number'
    return {
      path,
      value: isText ? String(value) : null,
      choices: choicesOf(schema),
      isPhone: phoneCountryOf(schema) !== null,
    }
  })
}

/** The fields with these answers in place of what stood there; null: one of them would change the answer about consent. */
export function withAnswers(hook: Hook, fields: unknown, answers: Answers): unknown {
  const changed = Object.entries(answers).reduce(
    (all, [path, answer]) => withAnswer(all, path, answer),
    fields,
  )
  const consent = consentField(hook)
  if (consent === null) return changed
  const said = (of: unknown) => JSON.stringify(valueAt(of, consent))
  return said(changed) === said(fields) ? changed : null
}

function withAnswer(node: unknown, path: string, answer: string): unknown {
  const members: Record<string, unknown> = typeof node === 'object' ? { ...node } : {}
  const heads = [...path.matchAll(/\./g)].map(({ index }) => path.slice(0, index))
  const head = heads.find((one) => typeof members[one] === 'object' && members[one] !== null)
  if (Object.hasOwn(members, path) || head === undefined) {
    return put(node, path, Array.isArray(members[path]) ? [answer] : answer)
  }
  return put(node, head, withAnswer(members[head], path.slice(head.length + 1), answer))
}

function put(node: unknown, name: string, value: unknown): unknown {
  if (Array.isArray(node)) return node.map((one, index) => (String(index) === name ? value : one))
  return { ...Object(node), [name]: value }
}

function choicesOf(schema: v.GenericSchema): string[] | null {
  const options: unknown = Reflect.get(schema, 'options')
  const known = ['picklist', 'enum'].includes(schema.type) && Array.isArray(options)
  return known ? options.map(String) : null
}

function consentField({ consent }: Hook): string | null {
  return typeof consent === 'object' && 'field' in consent ? consent.field : null
}
