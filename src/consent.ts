/** Consent: whether the person agreed to join a group, and what shows it. */

import type { FormValue } from './source.ts'
import { valueAt } from './value-at.ts'

/**
 * `field`: the question the person answers. `accept`: answers that mean yes, beside the usual ones.
 * `attested`: the operator's word on where people agreed ("Terms §4, ticked at checkout").
 * `'none'`: nobody asked; `npm run check` warns of it.
 */
export type Consent =
  | { readonly field: string; readonly accept?: readonly string[] }
  | { readonly attested: string }
  | 'none'

/** What shows that the person agreed; kept with the delivery. */
export interface ConsentEvidence {
  readonly basis: 'field' | 'attested' | 'none'
  /** The question's name, or the attestation's text. */
  readonly what: string
  /** The answer as it was given. */
  readonly given: string | null
  /** ISO time at which it reached us. */
  readonly at: string
}

/** Answers that mean yes whatever the question, compared without case. */
const YES = new Set(
  [
    'true',
    'yes',
    'y',
    'on',
    '1',
    'checked',
    'agree',
    'i agree',
    'accept',
    'accepted',
    'i accept',
  ].concat(['sí', 'si', 'sim', 'oui', 'ja', 'haan', 'हाँ', 'نعم', 'ya', 'evet']),
)
/**
 * A ticked box sends the text beside it, which may say anything, except that it declines. Doubt is no consent: what is
 * taken for a no wrongly is held, and `accept` lets it through.
 */
const DECLINES = [
  /^(?:no|non|nao|nein|nee|nie|nej|nahi|nahin|tidak|none|false|off|0|decline|refuse|reject|disagree|stop|remove|unsubscribe|opt[ -]?out)\b/i,
  /^(?:não|hayır|нет|لا(?!\p{L})|不|否|いいえ|아니)/iu,
  /\b(?:not|never|cannot|dont|wont|\w+n['’]t|nicht|disagree)\b|नहीं/i,
]
const MAX_EVIDENCE_CHARACTERS = 200

/** The evidence that these fields give, or null where the person did not agree. */
export function consentIn(consent: Consent, fields: unknown, now: number): ConsentEvidence | null {
  const at = new Date(now).toISOString()
  if (consent === 'none') return { basis: 'none', what: 'not asked', given: null, at }
  if ('attested' in consent) return { basis: 'attested', what: consent.attested, given: null, at }
  const answer = valueAt(fields, consent.field)
  if (!agrees(answer, consent.accept ?? [])) return null
  const given = [answer].flat().join(', ').slice(0, MAX_EVIDENCE_CHARACTERS)
  return { basis: 'field', what: consent.field, given, at }
}

function agrees(answer: unknown, accept: readonly string[]): answer is FormValue {
  if (answer === true || answer === 1) return true
  if (Array.isArray(answer)) {
    return answer.length > 0 && answer.every((item) => isYes(item, accept) || ticked(item))
  }
  return isYes(answer, accept)
}

function isYes(answer: unknown, accept: readonly string[]): boolean {
  if (answer === true) return true
  if (typeof answer !== 'string') return false
  const text = answer.trim().toLowerCase()
  return YES.has(text) || accept.some((yes) => yes.trim().toLowerCase() === text)
}

function ticked(item: unknown): boolean {
  if (typeof item !== 'string') return false
  const text = item.trim().normalize('NFC')
  return text !== '' && !DECLINES.some((pattern) => pattern.test(text))
}
