/** The public face of phone numbers: read as people type them, refused rather than guessed, compared and masked. */

export { type CountryCode, isCountryCode } from './phone/country.ts'
export { firstOf } from './phone/first-of.ts'
export { maskPhone } from './phone/mask-phone.ts'
export { maskText, numbersIn } from './phone/mask-text.ts'
export { type Phone, phone, phoneCountryOf, readAnswer } from './phone/phone-schema.ts'
export { asciiDigits } from './phone/plain-text.ts'
export { readInternational } from './phone/read-international.ts'
export { readPhone } from './phone/read-phone.ts'
export {
  type PhoneReading,
  type PhoneRefusal,
  type PhoneWarning,
  REFUSALS,
  WARNINGS,
} from './phone/reading.ts'
export { sharedSpelling } from './phone/shared-spelling.ts'
