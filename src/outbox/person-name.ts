/** What a sender calls the person of a lead, by the names of its fields: so that an operator can tell leads apart before a number is read. */

import { maskText } from '../phone.ts'

const MEMBER = /"((?:[^"\\]|\\.){1,200})"\s*:\s*"((?:[^"\\]|\\.){1,200})"/g
const NAME = /name/i
/** Names of something else. */
const OTHERS =
  /user|group|form|event|course|batch|company|organi[sz]ation|business|file|product|page|site|field|campaign|list|plan|country|city|domain|host/i
const FIRST = /first|given|fore/i
const LAST = /last|family|sur/i
const MOST_CHARACTERS = 60

/** Takes JSON, or the beginning of one. */
export function personName(json: string): string | null {
  const found = [...json.matchAll(MEMBER)].flatMap(([, key = '', value = '']) => {
    const text = unescaped(value)
    return NAME.test(key) && !OTHERS.test(key) && text !== '' ? [{ key, text }] : []
  })
  const part = (of: RegExp) => found.find(({ key }) => of.test(key))?.text
  const whole = found.find(({ key }) => !FIRST.test(key) && !LAST.test(key))?.text
  const name = whole ?? [part(FIRST), part(LAST)].filter((one) => one !== undefined).join(' ')
  // Hidden before it is cut: a piece is not known for a number.
  return name === '' ? null : maskText(name).slice(0, MOST_CHARACTERS)
}

function unescaped(text: string): string {
  try {
    return String(JSON.parse(`"${text}"`)).trim()
  } catch {
    return ''
  }
}
