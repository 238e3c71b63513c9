/** What reading a phone number gives: its digits with what a human should know, or why it was refused. */

/** No sentence repeats what was typed, so each may be logged and shown. */
export type PhoneReading =
  | { readonly ok: true; readonly digits: string; readonly warnings: readonly PhoneWarning[] }
  | Refused

export interface Refused {
  readonly ok: false
  readonly reason: PhoneRefusal
}

export type PhoneRefusal = keyof typeof REFUSALS
export type PhoneWarning = keyof typeof WARNINGS

/** Why a number was refused, as a predicate of it: they follow the name of a field, as in "phone: has too few digits". */
export const REFUSALS = {
  empty: 'has nothing in it',
  not_a_phone: 'is not a phone number',
  letters: 'has letters where only a phone number belongs',
  spreadsheet_truncated:
    'was cut by a spreadsheet (9.1E+11): its last digits are gone, so format that column as text',
  placeholder: 'is a made-up number, such as zeros only or 1234567890',
  too_short: 'has too few digits for a phone number',
  too_long: 'is too long for a phone number',
  country_unknown:
    'does not say its country: write it with + and the country code, or set a country for the hook',
  invalid_for_country: 'is not a number that a person can have in its country',
  ambiguous: 'can be read as two different numbers: write it with + and the country code',
  landline:
    'is a landline, or a number of another country: write it with + and the country code if it is right',
  extension: 'has an extension: a switchboard or a relay answers there, not a person',
  chat_id_not_a_person: 'is the id of a group, channel or broadcast list, not of a person',
  lid_not_a_phone: 'is a WhatsApp privacy id (@lid), which hides the phone number',
} as const

/** What was noticed about a number that was read all the same. */
export const WARNINGS = {
  extension_dropped: 'An extension was left out',
  several_numbers: 'Several numbers were written and only the first is used',
  country_guessed_from_digits:
    "The number was written without + and fits another country than the hook's",
  trailing_zeros: 'The number ends in five or more zeros: a spreadsheet may have rounded it',
} as const

/** A refusal as a value. */
export function refused(reason: PhoneRefusal): Refused {
  return { ok: false, reason }
}
