/** The public face of phone numbers: read as people type them, refused rather than guessed, compared and masked. */

export { type CountryCode, countryCodes, isCountryCode, sharedSpelling } from './line.ts'
export {
  firstOf,
  type Phone,
  phone,
  phoneCountryOf,
  readInternational,
  readPhone,
  readPhoneAnswer,
} from './read-phone.ts'
export {
  type PhoneReading,
  type PhoneRefusal,
  type PhoneWarning,
  REFUSALS,
  WARNINGS,
} from './reading.ts'
export { asciiDigits, maskPhone, maskText, numbersIn } from './typed-text.ts'
