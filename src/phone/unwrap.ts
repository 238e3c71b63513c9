/** Takes a number out of what programs wrap around it: `tel:`, links of WhatsApp, chat ids. */

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
  const bare = text.replace(URI_SCHEME, '')
  const chat = CHAT_ID.exec(bare)
  if (chat === null) return unwrapped(bare, false)
  const [, user = '', kind = ''] = chat
  if (PEOPLE.includes(kind.toLowerCase())) return unwrapped(user, true)
  if (NOT_PEOPLE.includes(kind.toLowerCase())) return refused('chat_id_not_a_person')
  return kind.toLowerCase() === 'lid' ? refused('lid_not_a_phone') : unwrapped(bare, false)
}

function unwrapped(text: string, international: boolean): Unwrapped {
  return { ok: true, text, international }
}

function unescaped(text: string): string {
  return text.replaceAll(/%2B/gi, '+').replaceAll('%20', ' ')
}
