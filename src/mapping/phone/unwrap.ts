/** Takes a number out of what programs and people put around it: `tel:`, links of WhatsApp, chat ids, labels. */

import { type Refused, refused } from './reading.ts'

export interface Unwrapped {
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
