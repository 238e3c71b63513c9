/** The public face of phone numbers: read as people type them, refused rather than guessed, compared and masked. */

export { type CountryCode, isCountryCode } from './country.ts'
export { firstOf } from './first-of.ts'
export { maskPhone } from './mask-phone.ts'
export { maskText, numbersIn } from './mask-text.ts'
export { type Phone, phone, phoneCountryOf, readAnswer } from './phone-schema.ts'
export { asciiDigits } from './plain-text.ts'
export { readInternational } from './read-international.ts'
export { readPhone } from './read-phone.ts'
export {
  type PhoneReading,
  type PhoneRefusal,
  type PhoneWarning,
  REFUSALS,
  WARNINGS,
} from './reading.ts'
export { sharedSpelling } from './shared-spelling.ts'
