/** The public face of phone numbers: read as people type them, refused rather than guessed, compared and masked. */

export { type CountryCode, countryCodes, isCountryCode, sharedSpelling } from './line.ts'
export { maskPhone, maskText, numbersIn } from './mask.ts'
export { firstOf, type Phone, phone, phoneCountryOf, readPhoneAnswer } from './phone-schema.ts'
export { readInternational, readPhone } from './read-phone.ts'
export {
  type PhoneReading,
  type PhoneRefusal,
  type PhoneWarning,
  REFUSALS,
  WARNINGS,
} from './reading.ts'
export { asciiDigits } from './typed-text.ts'
