/** What people, programs and spreadsheets write around a number: taken off, or refused where the digits are gone; and numbers hidden in any text. */

import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { MIN_DIGITS } from './line.ts'
import { type PhoneWarning, type Refused, refused } from './reading.ts'

/** A phone with its label, link and extension is shorter; nothing longer is looked at. */
const MAX_UNITS = 256
/** U+202D from Apple Contacts, U+FE0D from PDFs, zero-width spaces, byte order marks, Hangul fillers. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu
/** Control characters but white space. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is removed.
const CONTROL = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f]/g
const OTHER_DIGIT = /[^\P{Nd}0-9]/gu
/** The zero of each script of Unicode 17 that has digits of its own; its nine others follow it in order. */
const ZEROS = `660 6f0 7c0 966 9e6 a66 ae6 b66 be6 c66 ce6 d66 de6 e50 ed0 f20 1040 1090 17e0 1810 1946 19d0 1a80 1a90 1b50
1bb0 1c40 1c50 a620 a8d0 a900 a9d0 a9f0 aa50 abf0 ff10 104a0 10d30 10d40 11066 110f0 11136 111d0 112f0 11450 114d0 11650 116c0
116d0 116da 11730 118e0 11950 11bf0 11c50 11d50 11da0 11de0 11f50 16130 16a60 16ac0 16b50 16d70 1ccf0 1d7ce 1d7d8 1d7e2 1d7ec
1d7f6 1e140 1e2f0 1e4f0 1e5f1 1e950 1fbf0`
const ASCII_DIGITS: ReadonlyMap<string, string> = new Map(
  ZEROS.split(/\s/).flatMap((zero) =>
    [...'0123456789'].map((digit) => [
      String.fromCodePoint(Number.parseInt(zero, 16) + Number(digit)),
      digit,
    ]),
  ),
)

export function plainText(input: unknown): { readonly ok: true; readonly text: string } | Refused {
  if (input === null || input === undefined) return refused('empty')
  if (typeof input === 'number') {
    return Number.isSafeInteger(input) && input >= 0
      ? { ok: true, text: String(input) }
      : refused('not_a_phone')
  }
  if (typeof input !== 'string') return refused('not_a_phone')
  if (input.length > MAX_UNITS) return refused('too_long')
  const text = asciiDigits(
    input.replaceAll(INVISIBLE, '').normalize('NFKC').replaceAll(CONTROL, ''),
  ).trim()
  // One ligature may become 18 letters.
  if (text.length > MAX_UNITS) return refused('too_long')
  return text === '' ? refused('empty') : { ok: true, text }
}

/** The same text with the digits of every script as ASCII ones. */
export function asciiDigits(text: string): string {
  return text.replaceAll(OTHER_DIGIT, (digit) => ASCII_DIGITS.get(digit) ?? digit)
}

interface Unwrapped {
  readonly ok: true
  readonly text: string
  /** Links and chat ids hold the country code by definition, with no plus. */
  readonly international: boolean
}

const LINKS = [
  /^(?:https?:\/\/)?(?:www\.)?wa\.me\/([^/?#]*)/i,
  /^(?:https?:\/\/(?:api|web|www)\.whatsapp\.com\/send\/?|whatsapp:\/\/send\/?)\?(?:[^#]*&)?phone=([^&#]*)/i,
]
const URI_SCHEME = /^(?:tel|callto|sms|whatsapp):\s*(?:\/\/)?/i
/** What people call a number, in the languages whose words for it are alike. */
const WORD = `(?:${[
  'whats\\s?app|wa',
  'mob(?:ile)?|cell?(?:ular)?|m[oó]vil|handy|моб(?:ильный)?',
  'ph(?:one)?|fone|t[eé]l(?:[eé](?:fon[eo]?|phone))?|тел(?:ефон)?',
  'contact',
].join('|')})`
const NUMBER_WORD = '(?:\\s*(?:nos?|num|nr|number|n[uú]mero)(?!\\p{L}))?'
/** `Mob:`, `Ph.`, `WhatsApp no -`; a single letter only before a colon, as in the `p:+91…` of Meta's exports. */
const LABEL_BEFORE = new RegExp(
  `^[(\\[]?(?:${WORD}(?:[\\s/&-]+${WORD})*(?!\\p{L})${NUMBER_WORD}[\\s.:=\\p{Pd})\\]]*|[pmtw]\\s*:\\s*)(?=[+(\\d])`,
  'iu',
)
/** `(WhatsApp)`, `- mobile`, `WhatsApp only`. */
const LABEL_BEHIND = new RegExp(
  `(?<=\\d)[\\s([,:\\p{Pd}]+(?:only\\s+)?${WORD}${NUMBER_WORD}(?:\\s+only)?[\\s)\\].]*$`,
  'iu',
)
/** The user, the device of Baileys (`:12`), the kind of the chat. */
const CHAT_ID = /^([^@:]*)(?::\d{1,4})?@([a-z.]+)$/i
const PEOPLE = ['c.us', 's.whatsapp.net']
const NOT_PEOPLE = ['g.us', 'newsletter', 'broadcast']

/** The number inside, and whether what was around it says that it is international. */
export function unwrap(text: string): Unwrapped | Refused {
  for (const link of LINKS) {
    const number = link.exec(text)?.[1]
    if (number !== undefined) return unwrapped(unescaped(number), true)
  }
  const bare = unescaped(text).replace(URI_SCHEME, '').replace(LABEL_BEFORE, '')
  const chat = CHAT_ID.exec(bare)
  if (chat === null) return unwrapped(bare, false)
  const [, user = '', kind = ''] = chat
  if (PEOPLE.includes(kind.toLowerCase())) return unwrapped(user, true)
  if (NOT_PEOPLE.includes(kind.toLowerCase())) return refused('chat_id_not_a_person')
  return kind.toLowerCase() === 'lid' ? refused('lid_not_a_phone') : unwrapped(bare, false)
}

/** The text without a word behind the number that says whose or what it is. */
export function withoutLabelBehind(text: string): string {
  return text.replace(LABEL_BEHIND, '')
}

function unwrapped(text: string, international: boolean): Unwrapped {
  return { ok: true, text, international }
}

/** What a hidden field took from an address: `%2B91%2098765%2043210`. */
function unescaped(text: string): string {
  return text.replaceAll(/%2([089BD])/gi, (_, digit: string) =>
    String.fromCharCode(Number.parseInt(`2${digit}`, 16)),
  )
}

/** Marks with which a spreadsheet takes a number as text: `'98…` and `="98…"`. */
const TEXT_MARKS = /^[='"\s]+|['"\s]+$/g
/** `9.11235E+11`, and `9,11235E+11` where the comma is decimal. */
const SCIENTIFIC = /^\+?\d+(?:[.,]\d*)?e[+-]?\d+$/i
/** A fraction of one or two digits behind at least seven: `919876543210.0`, but not `06.12.34.56.78`. */
const FRACTION = /(\d{7})[.,](\d{1,2})$/

export function unspreadsheet(
  cell: string,
): { readonly ok: true; readonly text: string } | Refused {
  const text = cell.replaceAll(TEXT_MARKS, '')
  if (SCIENTIFIC.test(text.replaceAll(/\s/g, ''))) return refused('spreadsheet_truncated')
  const fraction = FRACTION.exec(text)?.[2]
  if (fraction === undefined) return { ok: true, text }
  return Number(fraction) === 0
    ? { ok: true, text: text.slice(0, -1 - fraction.length) }
    : refused('not_a_phone')
}

/** From the surest to the least sure: `0151/1234567, 0152/7654321` is cut at the comma. */
const SEPARATORS = [
  /[\n\r;؛|&]|\s(?:or|and|o|y|ou|et|e|oder|und)\s|(?<=\d\D*)\+/iu,
  /[,،、]/,
  /[/\\]/,
]
/** `ext 12`, `extn. 12`, `x12`, `;ext=12`, `#12`, `,,12#` as it is dialled, Spanish anexo, Portuguese ramal, Russian доб. */
const EXTENSION =
  /(?:[;,]?\s*(?:ext(?:n|ension)?|xtn|x|anexo|ramal|доб)\s?[.:=]?|\s#|,,+)\s?\d{1,7}#?[\s)\]]*$/iu

/** The first number of a line, and what was left out. */
export function firstNumber(line: string) {
  const warnings = new Set<PhoneWarning>()
  let text = withoutExtension(line, warnings)
  for (const separator of SEPARATORS) {
    const [head = '', ...rest] = text.split(separator)
    // A separator inside the first number (`0151/1234567`, `919,876,543,210`) is only punctuation.
    if (digitCount(head) < MIN_DIGITS || !rest.some((part) => digitCount(part) > 0)) continue
    warnings.add('several_numbers')
    text = withoutExtension(head, warnings)
  }
  return { text, warnings: [...warnings] }
}

function withoutExtension(text: string, warnings: Set<PhoneWarning>): string {
  const start = text.search(EXTENSION)
  if (start < 0 || digitCount(text.slice(0, start)) < MIN_DIGITS) return text
  warnings.add('extension_dropped')
  return text.slice(0, start)
}

function digitCount(text: string): number {
  return text.replaceAll(/\D/g, '').length
}

// Hides numbers: one number except its country code and its end, or every number in a text.

const BULLET = '•'
const VISIBLE_DIGITS = 4
/** Of a shorter number at most half is shown. */
const MIN_NATIONAL_DIGITS = 2 * VISIBLE_DIGITS
const MAX_BULLETS = 15

/** Takes international digits, with or without plus; of anything else nothing is shown. */
export function maskPhone(digits: string): string {
  const number = /^\+?[1-9]\d{6,14}$/.test(digits)
    ? parsePhoneNumberFromString(`+${digits.replace('+', '')}`)
    : undefined
  if (!number) return BULLET.repeat(Math.min(digits.length, MAX_BULLETS))
  const national = number.nationalNumber.length
  const visible = national < MIN_NATIONAL_DIGITS ? Math.floor(national / 2) : VISIBLE_DIGITS
  const [code = '', ...groups] = number.formatInternational().split(' ')
  return `${code} ${hidden(groups.join(' '), national - visible)}`
}

function hidden(text: string, count: number): string {
  let left = count
  return text.replaceAll(/\d/g, (digit) => (left-- > 0 ? BULLET : digit))
}

/**
 * As people write them, in any script: digits with what stands between, which is what `readPhone` reads over. A date
 * before a number hides with it; what is hidden too much is revealed by a click, what is not cannot be taken back.
 */
const NUMBER =
  /\+?\p{Nd}(?:(?:[,;:،؛、]|[\s\p{M}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{So}\p{Sk}\p{Co}.·•/\\|'_~*]{0,5})\p{Nd}){6,}/gu
const DIGIT = /\p{Nd}/gu

/** Every run of seven digits or more is hidden. */
export function maskText(text: string): string {
  return text.replaceAll(NUMBER, (number) => {
    let left = (number.match(DIGIT)?.length ?? 0) - VISIBLE_DIGITS
    return number.replaceAll(DIGIT, (digit) => (left-- > 0 ? BULLET : digit))
  })
}

/** The digits of every such run. */
export function numbersIn(text: string): string[] {
  return [...text.matchAll(NUMBER)].map(([number]) => asciiDigits(number).replaceAll(/\D/g, ''))
}
