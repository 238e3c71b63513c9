/** Phones as people type them, and the digits or refusals they must become. */

import fc from 'fast-check'
import {
  getCountries,
  getCountryCallingCode,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max'
import examples from 'libphonenumber-js/mobile/examples'
import * as v from 'valibot'
import { describe, expect, expectTypeOf, it, vi } from 'vitest'
import {
  asciiDigits,
  type CountryCode,
  firstOf,
  isCountryCode,
  maskPhone,
  maskText,
  numbersIn,
  type Phone,
  type PhoneReading,
  type PhoneRefusal,
  type PhoneWarning,
  phone,
  REFUSALS,
  readInternational,
  readPhone,
  sharedSpelling,
  WARNINGS,
} from '../../../src/mapping/phone/index.ts'
import cases from '../../fixtures/phone-cases.json' with { type: 'json' }

type Row = readonly [
  title: string,
  input: unknown,
  country: CountryCode | null,
  expected: string,
  ...warnings: PhoneWarning[],
]

function read(input: unknown, country: CountryCode | null): PhoneReading {
  return country === null ? readPhone(input) : readPhone(input, country)
}

/** As told, without the zeros that some plans' examples end in. */
function toldOf(reading: PhoneReading): readonly string[] {
  return told(reading).filter((word) => word !== 'trailing_zeros')
}

/** The digits with their warnings, or the reason. */
function told(reading: PhoneReading): readonly string[] {
  return reading.ok ? [reading.digits, ...reading.warnings] : [reading.reason]
}

describe('the cases of the fact sheet', () => {
  it.each(cases)('$in in $region becomes $out $reason', ({ in: input, region, out, reason }) => {
    const country = region !== null && isCountryCode(region) ? region : null
    expect(country).toBe(region)
    const reading = read(input, country)
    expect(told(reading)[0]).toBe(out ?? reason)
    expect(reading.ok).toBe(out !== null)
  })
})

const TEXTS: readonly Row[] = [
  ['left-to-right override of Apple Contacts', '\u202d+91 98765 43210\u202c', null, '919876543210'],
  ['a byte order mark', '\ufeff9876543210', 'IN', '919876543210'],
  ['zero-width spaces', '98\u200b765\u200b43210', 'IN', '919876543210'],
  ['soft hyphens and no-break spaces', '98765\u00ad\u00a043210', 'IN', '919876543210'],
  ['keycap emoji', '9️⃣8️⃣7️⃣6️⃣5️⃣4️⃣3️⃣2️⃣1️⃣0️⃣', 'IN', '919876543210'],
  ['an icon font', '\uf095 9876543210', 'IN', '919876543210'],
  ['Bengali digits', '০১৭১২৩৪৫৬৭৮', 'BD', '8801712345678'],
  ['Persian digits', '۰۹۱۲۳۴۵۶۷۸۹', 'IR', '989123456789'],
  ['Arabic-Indic digits at home', '٠٥٠١٢٣٤٥٦٧', 'AE', '971501234567'],
  ['Myanmar digits', '၀၉၇၉၉၁၂၃၄၅၆', 'MM', '959799123456'],
  ['Thai digits', '๐๘๑๒๓๔๕๖๗๘', 'TH', '66812345678'],
  ['mathematical digits', '𝟗𝟖𝟕𝟔𝟓𝟒𝟑𝟐𝟏𝟎', 'IN', '919876543210'],
  ['Adlam digits, beyond the basic plane', '𞥙𞥘𞥗𞥖𞥕𞥔𞥓𞥒𞥑𞥐', 'IN', '919876543210'],
  ['a full-width plus', '＋９１９８７６５４３２１０', null, '919876543210'],
  ['a non-breaking hyphen', '98765\u201143210', 'IN', '919876543210'],
  ['dots', '98.76.54.32.10', 'IN', '919876543210'],
  ['a control character of a PDF', '98765\u000243210', 'IN', '919876543210'],
  ['brackets of all kinds', '(+91) [98765] {43210}', 'US', '919876543210'],
  ['white space around it', '\t 98765 43210 \r\n', 'IN', '919876543210'],
]

const WRAPPED: readonly Row[] = [
  ['tel: with white space', 'TEL: 098765 43210', 'IN', '919876543210'],
  [
    'tel: with an extension',
    'tel:+91-98765-43210;ext=3',
    null,
    '919876543210',
    'extension_dropped',
  ],
  ['whatsapp: as Twilio writes it', 'whatsapp:+919876543210', null, '919876543210'],
  [
    'a wa.me link, international by definition',
    'https://wa.me/919876543210?text=Hi%20there',
    null,
    '919876543210',
  ],
  ['a wa.me link without scheme, at home elsewhere', 'wa.me/447911123456', 'IN', '447911123456'],
  [
    'a wa.me link without country code is no guess',
    'wa.me/9876543210',
    'IN',
    'invalid_for_country',
  ],
  ['a wa.me link to no number', 'https://wa.me/message/ABCDEF', 'IN', 'letters'],
  [
    'a link of the older form',
    'https://api.whatsapp.com/send?text=x&phone=919876543210',
    null,
    '919876543210',
  ],
  [
    'a link of the app with an escaped plus',
    'whatsapp://send?phone=%2B919876543210',
    null,
    '919876543210',
  ],
  ['a chat id of Baileys', '919876543210@s.whatsapp.net', null, '919876543210'],
  ['a chat id of Baileys with its device', '919876543210:12@s.whatsapp.net', null, '919876543210'],
  ['a chat id of eight Brazilian digits', '553187654321@c.us', 'IN', '553187654321'],
  ['a chat id is international, whatever the country', '447911123456@C.US', 'IN', '447911123456'],
  ['a chat id is never dialled at home', '9876543210@c.us', 'IN', 'invalid_for_country'],
  ['an old group id', '919876543210-1600000000@g.us', 'IN', 'chat_id_not_a_person'],
  ['a channel', '120363000000000001@newsletter', 'IN', 'chat_id_not_a_person'],
  ['a status', 'status@broadcast', null, 'chat_id_not_a_person'],
  ['a privacy id in capitals', '112893567721673@LID', null, 'lid_not_a_phone'],
  ['an e-mail address', 'asha@example.com', 'IN', 'letters'],
  ['an at sign', '9876543210@', 'IN', 'not_a_phone'],
  ['the quote of a spreadsheet', "'9876543210", 'IN', '919876543210'],
  ['the formula of a CSV export', '="9876543210"', 'IN', '919876543210'],
  ["the p: of Meta's exports", 'p:+919876543210', 'IN', '919876543210'],
  ["the p: of Meta's exports, without a country", 'p:+919876543210', null, '919876543210'],
  ['a label before it', 'Mob: 98765 43210', 'IN', '919876543210'],
  ['a label with a dot', 'Ph. 98765-43210', 'IN', '919876543210'],
  ['a label without anything between', 'WhatsApp 98765 43210', 'IN', '919876543210'],
  ['two labels', 'Phone/WhatsApp: +91 98765 43210', 'US', '919876543210'],
  ['a label of two words', 'Mobile No. - (98765) 43210', 'IN', '919876543210'],
  ['a Spanish label', 'Teléfono: 55 1234 5678', 'MX', '525512345678'],
  ['a Portuguese label', 'celular 11 98765-4321', 'BR', '5511987654321'],
  ['a Russian label', 'тел.: 8 912 345-67-89', 'RU', '79123456789'],
  ['a label in brackets behind it', '98765 43210 (WhatsApp)', 'IN', '919876543210'],
  ['a label in brackets before it', '(WhatsApp) 98765 43210', 'IN', '919876543210'],
  ['a label behind it', '+91 98765 43210 - whats app no.', 'IN', '919876543210'],
  ['a label that says no more than it', '98765 43210 WhatsApp only', 'IN', '919876543210'],
  ['a label and no number', 'WhatsApp', 'IN', 'letters'],
  ['a word that begins like a label', 'Walter 98765 43210', 'IN', 'letters'],
  ['a word that is no label', 'Fax: 98765 43210', 'IN', 'letters'],
  ['a single letter is no label without its colon', 'P 98765 43210', 'IN', 'letters'],
  ['an escaped plus of a hidden field', '%2B919876543210', 'IN', '919876543210'],
  ['other escapes', '%2B91%20%2898765%29%2043210', null, '919876543210'],
  ['a per cent sign', '98765 43210%', 'IN', 'not_a_phone'],
]

const SPREADSHEETS: readonly Row[] = [
  ['scientific with a point', '9.11235E+11', null, 'spreadsheet_truncated'],
  ['scientific in small letters without sign', '9.1e11', 'IN', 'spreadsheet_truncated'],
  ['scientific with white space', ' 9.11235 E+11 ', 'IN', 'spreadsheet_truncated'],
  ['a float with .0', '919876543210.0', 'IN', '919876543210'],
  ['a float with ,00 and no country code', '9876543210,00', 'IN', '919876543210'],
  ['a float with a rest', '9198765432.5', 'IN', 'not_a_phone'],
  ['a float in the formula of a CSV export', '="919876543210.0"', 'IN', '919876543210'],
  ['scientific behind a quote', "'9.11235E+11", 'IN', 'spreadsheet_truncated'],
  ['thousands', '919,876,543,210', 'IN', '919876543210'],
  ['rounded to many zeros', '919876500000', 'IN', '919876500000', 'trailing_zeros'],
  ['four zeros are ordinary', '919876510000', 'IN', '919876510000'],
  ['a JSON number without country code', 9876543210, 'IN', '919876543210'],
  ['a JSON number that lost its zero', 501234567, 'AE', '971501234567'],
  ['a JSON number without country', 919876543210, null, '919876543210'],
  ['zero', 0, 'IN', 'too_short'],
  ['a negative number', -9876543210, 'IN', 'not_a_phone'],
  ['a number beyond the safe integers', 1e21, 'IN', 'not_a_phone'],
  ['no number', Number.NaN, 'IN', 'not_a_phone'],
]

const FIRST_OF_SEVERAL: readonly Row[] = [
  ['two with pluses', '+91 98765 43210 +91 91234 56789', null, '919876543210', 'several_numbers'],
  ['two on two lines', '9876543210\n9123456789', 'IN', '919876543210', 'several_numbers'],
  ['two with a comma', '9876543210, 9123456789', 'IN', '919876543210', 'several_numbers'],
  ['two with an Arabic comma', '9876543210، 9123456789', 'IN', '919876543210', 'several_numbers'],
  [
    'two with a semicolon and a word between them',
    '98765 43210; home 9123456789',
    'IN',
    '919876543210',
    'several_numbers',
  ],
  ['two with a Spanish or', '55 1234 5678 o 33 1234 5678', 'MX', '525512345678', 'several_numbers'],
  ['a second one cut short', '98765 43210/11', 'IN', '919876543210', 'several_numbers'],
  ['a slash behind the area is no second number', '0151/12345678', 'DE', '4915112345678'],
  [
    'two with slashes behind their areas',
    '0151/12345678, 0152/87654321',
    'DE',
    '4915112345678',
    'several_numbers',
  ],
  [
    'an extension and a second number',
    '98765 43210 ext. 12 / 91234 56789',
    'IN',
    '919876543210',
    'several_numbers',
    'extension_dropped',
  ],
  ['two with nothing between', '9876543210 9123456789 1', 'IN', 'too_long'],
  [
    'an extension in a plan whose mobiles look like landlines',
    '(415) 555-2671 x12',
    'US',
    'extension',
  ],
  ["a relay of Amazon's", '+1 210-728-4548 ext. 12345', 'IN', 'extension'],
  ['an extension as it is dialled', '+1 210 728 4548,,12345#', null, 'extension'],
  ['an extension of a landline', '022 2765 4321 ext 12', 'IN', 'extension'],
  ['extn in brackets', '98765 43210 (extn 12)', 'IN', '919876543210', 'extension_dropped'],
  ['a hash', '98765 43210 #12', 'IN', '919876543210', 'extension_dropped'],
  ['a Portuguese ramal', '11 98765-4321 ramal 5', 'BR', '5511987654321', 'extension_dropped'],
  ['a Russian extension', '8 912 345-67-89 доб. 5', 'RU', '79123456789', 'extension_dropped'],
  ['an extension of nothing', 'ext 1234567', 'IN', 'letters'],
  ['a word behind it', '98765 43210 / home', 'IN', 'letters'],
]

const PREFIXES: readonly Row[] = [
  ['00 without country', '00 91 98765 43210', null, '919876543210'],
  ['+00', '+0091 98765 43210', null, '919876543210'],
  ['00 and a plus', '00+919876543210', 'IN', '919876543210'],
  ['a plus behind the country code', '91+9876543210', 'IN', '919876543210'],
  ['011 in the United States', '011 91 98765 43210', 'US', '919876543210'],
  ['011 in Canada', '011 44 7911 123456', 'CA', '447911123456'],
  ['011 is an area in Argentina', '011 5874-9895', 'AR', '5491158749895'],
  ['011 without country', '011 91 98765 43210', null, 'country_unknown'],
  ['0011 in Australia', '0011 91 98765 43210', 'AU', '919876543210'],
  ['001 in Hong Kong', '001 65 9123 4567', 'HK', '6591234567'],
  ['001 in Hong Kong that may be 00 and the United States', '001 65 9234 5678', 'HK', 'ambiguous'],
  ['a bare number without country', '9876543210', null, 'country_unknown'],
  ['a trunk zero without country', '07911 123456', null, 'country_unknown'],
  [
    "a New Yorker's ten digits are not New Zealand's landline",
    '646 555 1234',
    null,
    'country_unknown',
  ],
  ['full digits of ten without country', '6591234567', null, '6591234567'],
  ['+91 and a trunk zero', '+91 098765 43210', null, '919876543210'],
  ['+91 twice', '+91 +91 98765 43210', 'IN', '919876543210'],
  ['+91 twice without white space', '+91+919876543210', 'US', '919876543210'],
  ['+91 and 91', '+91 91 98765 43210', null, '919876543210'],
  ['91 and 91 without a plus', '91 91 98765 43210', 'IN', '919876543210'],
  ['+91 and 0091', '+91 0091 98765 43210', 'IN', '919876543210'],
  ['+1 twice', '+1 +1 415 555 2671', 'IN', '14155552671'],
  ['the code twice, and the number may begin with it', '+91 91234 56789', 'IN', '919123456789'],
  ['the code twice before half a number', '+91 91 98765 4321', 'IN', 'invalid_for_country'],
  ['two codes', '+91 44 98765 43210', 'IN', 'invalid_for_country'],
  [
    'a Kazakh number with a digit too many is no code twice',
    '+7 771 234 56789',
    'KZ',
    'invalid_for_country',
  ],
  ['+0 and the code', '+091 98765 43210', 'IN', '919876543210'],
  ['+0 and the code, without a country', '+0919876543210', null, '919876543210'],
  ['+0 and no code', '+098765 43210', 'IN', 'invalid_for_country'],
  ['+0 that may be a code or an area', '+0 65 9123 4567', 'IN', 'invalid_for_country'],
  ['an unassigned country code', '+999 1234 5678', 'IN', 'invalid_for_country'],
  ['a country nobody knows is no country', '9876543210', 'XX' as CountryCode, 'country_unknown'],
]

const COUNTRIES: readonly Row[] = [
  ['India with its trunk zero', '098765 43210', 'IN', '919876543210'],
  ['India with zero and code, spaced', '0 91 98765-43210', 'IN', '919876543210'],
  ['India: a mobile that starts like the code', '91234 56789', 'IN', '919123456789'],
  ['India: a landline of Mumbai', '022 2765 4321', 'IN', '912227654321'],
  ['India: nine digits', '987654321', 'IN', 'invalid_for_country'],
  ['India: eleven digits are not a landline in Iran', '98765432112', 'IN', 'invalid_for_country'],
  [
    'India: a mobile first, though the United States have it too',
    '6505551234',
    'IN',
    '916505551234',
  ],
  ["India: a landline that is as well Singapore's mobile", '6581234567', 'IN', 'ambiguous'],
  [
    'India: a number of the Emirates without plus',
    '971501234567',
    'IN',
    '971501234567',
    'country_guessed_from_digits',
  ],
  [
    'India: a number of the United States without plus',
    '1 415 555 2671',
    'IN',
    '14155552671',
    'country_guessed_from_digits',
  ],
  [
    'Britain: a number of India without plus',
    '919876543210',
    'GB',
    '919876543210',
    'country_guessed_from_digits',
  ],
  [
    'Germany: a number of India without plus',
    '919876543210',
    'DE',
    '919876543210',
    'country_guessed_from_digits',
  ],
  [
    'Germany: a landline without zero is doubted for a Danish mobile',
    '4534412345',
    'DE',
    'ambiguous',
  ],
  ['Argentina with 15 behind the area', '0351 15 678 9012', 'AR', '5493516789012'],
  ['Argentina without 0, 9 or 15', '11 5874-9895', 'AR', '5491158749895'],
  ['Argentina international without 9', '+54 11 5874 9895', null, '5491158749895'],
  ['Argentina with 9 and 15', '+54 9 11 15 5874 9895', null, '5491158749895'],
  ['Argentina with its trunk zero behind 54', '+54 011 5874 9895', null, '5491158749895'],
  ['Argentina: 15 without area', '15 5874 9895', 'AR', 'invalid_for_country'],
  ['Argentina: a toll-free number gets no 9', '+54 800 555 1234', null, '548005551234'],
  ['Mexico: 01', '01 55 1234 5678', 'MX', '525512345678'],
  ['Mexico: 045', '045 55 1234 5678', 'MX', '525512345678'],
  ['Mexico: ten digits', '55 1234 5678', 'MX', '525512345678'],
  ['Mexico: 52 and 044', '+52 044 55 1234 5678', null, '525512345678'],
  ['Mexico: 521 from India', '5215512345678', 'IN', '525512345678', 'country_guessed_from_digits'],
  ['Mexico: a lone 1 is its old prefix or New Jersey', '1 551 234 5678', 'MX', 'ambiguous'],
  ['Mexico: a lone 1 that cannot be the United States', '1 55 1034 5678', 'MX', '525510345678'],
  ['Brazil: 0 and carrier 41', '0 41 11 98765-4321', 'BR', '5511987654321'],
  ['Brazil: 0 and area', '(011) 98765-4321', 'BR', '5511987654321'],
  ['Brazil: 0, carrier and eight digits', '0 15 31 8765-4321', 'BR', '553187654321'],
  ['Brazil: 55, 0 and eight digits', '+55 (031) 8765-4321', null, '553187654321'],
  ['Brazil: an eight-digit mobile is kept as typed', '31 8765-4321', 'BR', '553187654321'],
  ['Brazil: a nine-digit mobile is kept as typed', '+55 31 98765-4321', null, '5531987654321'],
  ['Brazil: a landline', '31 3456-7890', 'BR', 'landline'],
  ['Brazil: a landline with its country code', '+55 31 3456-7890', 'BR', '553134567890'],
  ['India: ten digits of an American are an Indian landline', '4155552671', 'IN', 'landline'],
  ['India: a landline that says so by its 0', '0415 5552671', 'IN', '914155552671'],
  ['Benin: ten digits', '01 90 01 12 34', 'BJ', '2290190011234'],
  ['Benin: eight digits are kept as typed', '90 01 12 34', 'BJ', '22990011234'],
  ['Ivory Coast: ten digits', '07 12 34 56 78', 'CI', '2250712345678'],
  ['Ivory Coast: eight digits are kept as typed', '+225 47 34 56 78', null, '22547345678'],
  [
    'Ivory Coast: eight digits of a landline are gone',
    '+225 22 41 23 45',
    null,
    'invalid_for_country',
  ],
  ['Brazil: no area', '98765-4321', 'BR', 'invalid_for_country'],
  ['Brazil: an area nobody has', '+55 23 8765-4321', null, 'invalid_for_country'],
  ['Brazil: area 55 or the code without an area', '55 3221 1234', 'BR', 'ambiguous'],
  ['Brazil: a mobile in area 55', '55 99912-3456', 'BR', '5555999123456'],
  ['Russia: 8', '8 (912) 345-67-89', 'RU', '79123456789'],
  ['Russia: 7', '79123456789', 'RU', '79123456789'],
  ['Russia: +8', '+8 912 345 67 89', 'RU', '79123456789'],
  ['Russia: +7 8', '+7 8 912 345-67-89', null, '79123456789'],
  ["Russia: 8 is not Vietnam's 84 at home", '8 495 123 45 67', 'RU', '74951234567'],
  ['Russia: 8 without country', '8 912 345 67 89', null, 'country_unknown'],
  ['Russia: +8 elsewhere', '+8 912 345 67 89', 'IN', 'invalid_for_country'],
  ['Kazakhstan: 8', '8 701 123 4567', 'KZ', '77011234567'],
  ['Kazakhstan: +8', '+8 701 123 4567', 'KZ', '77011234567'],
  ['Italy: a mobile', '347 123 4567', 'IT', '393471234567'],
  ['Italy: a mobile that starts like the code', '390 612 3456', 'IT', '393906123456'],
  ['Italy: a landline keeps its zero', '+39 06 1234 5678', 'IT', '390612345678'],
  ['Italy: a landline keeps its zero behind +39', '+39 06 1234 5678', 'IN', '390612345678'],
  ['Italy: a mobile with a zero it never has', '+39 0347 1234567', null, 'invalid_for_country'],
  ['Germany: a mobile', '0151 12345678', 'DE', '4915112345678'],
  ['Germany: 49 without plus', '49 151 12345678', 'DE', '4915112345678'],
  ['Germany: (0)', '+49 (0)151 12345678', null, '4915112345678'],
  ['Germany: a zero, then 49 or the area 0491', '04915112345678', 'DE', 'ambiguous'],
  ['Germany: 49 and a mobile that lost digits', '49 151 234567', 'DE', 'ambiguous'],
  ['Germany: a landline may be a WhatsApp Business', '030 12345678', 'DE', '493012345678'],
  [
    'Germany: a landline of its plan but beyond E.164',
    '0707 125 769 015 399',
    'DE',
    'invalid_for_country',
  ],
  ['Indonesia: 62 without plus is not 0628', '62812345678', 'ID', '62812345678'],
  ['Indonesia: 62 and a zero', '+62 0812 3456 7890', null, '6281234567890'],
  ['France', '06 12 34 56 78', 'FR', '33612345678'],
  ['Spain', '612 34 56 78', 'ES', '34612345678'],
  ['Singapore', '9123 4567', 'SG', '6591234567'],
  ['Singapore: a landline that starts like the code', '6512 3456', 'SG', 'landline'],
  ['Hong Kong', '9123 4567', 'HK', '85291234567'],
  ['Hong Kong with its code', '852 9123 4567', 'HK', '85291234567'],
  ['Norway', '412 34 567', 'NO', '4741234567'],
  ['Norway: a mobile that starts like the code', '471 23 456', 'NO', '4747123456'],
  ['Norway: five digits are a service', '+47 02345', null, 'invalid_for_country'],
  ['Myanmar', '09 799 123 456', 'MM', '959799123456'],
  ['Pakistan', '0301 2345678', 'PK', '923012345678'],
  ['Bangladesh', '01712-345678', 'BD', '8801712345678'],
  ['Nigeria', '0803 123 4567', 'NG', '2348031234567'],
  ['Kenya', '0712 345678', 'KE', '254712345678'],
  ['Egypt', '010 0123 4567', 'EG', '201001234567'],
  ['Saudi Arabia', '050 123 4567', 'SA', '966501234567'],
  ['the Emirates with 00', '00971 50 123 4567', 'AE', '971501234567'],
  ['the Philippines', '0917 123 4567', 'PH', '639171234567'],
  ['Vietnam', '091 234 56 78', 'VN', '84912345678'],
  ['Vietnam: an eleven-digit mobile of before 2018', '0168 123 4567', 'VN', 'invalid_for_country'],
  ['Malaysia: counting up, and real', '012-345 6789', 'MY', '60123456789'],
  ['the Falklands have mobiles of five digits', '51234', 'FK', '50051234'],
  [
    'the United States: a toll-free number may be a WhatsApp Business',
    '+1 800 555 1234',
    null,
    '18005551234',
  ],
  ['the United States: a premium number', '+1 900 234 5678', null, 'invalid_for_country'],
  [
    'the United States: a landline of Britain without plus is no guess',
    '442079460958',
    'US',
    'invalid_for_country',
  ],
]

const REFUSED: readonly Row[] = [
  ['nothing', undefined, 'IN', 'empty'],
  ['null', null, 'IN', 'empty'],
  ['white space and invisible characters', ' \u200b\ufeff\t', 'IN', 'empty'],
  ['a hyphen', '-', 'IN', 'not_a_phone'],
  ['a picture', '📞', 'IN', 'not_a_phone'],
  ['a price', '$9876543210', 'IN', 'not_a_phone'],
  ['markup', '<9876543210>', 'IN', 'not_a_phone'],
  ['half a surrogate pair', '\ud83d9876543210', 'IN', 'not_a_phone'],
  ['true', true, 'IN', 'not_a_phone'],
  ['a list', ['9876543210'], 'IN', 'not_a_phone'],
  ['an object', {}, 'IN', 'not_a_phone'],
  ['a letter O for a zero', '98765 4321O', 'IN', 'letters'],
  ['Devanagari letters', 'फ़ोन 9876543210', 'IN', 'letters'],
  ['six digits', '123456', 'IN', 'too_short'],
  ['a landline of six digits', '012000', 'AT', 'too_short'],
  ['a ligature that grows eighteenfold', '\ufdfa'.repeat(100), 'IN', 'too_long'],
  ['sixteen digits', '+9198765432101234', null, 'too_long'],
  ['sixteen digits at home', '9198765432101234', 'IN', 'too_long'],
  ['one digit all over', '7777777777', 'IN', 'placeholder'],
  ['one digit behind the code', '+91 99999 99999', null, 'placeholder'],
  ['counting up behind the code', '+91 12345 67890', null, 'placeholder'],
  ['counting up over the code', '+1 234 567 8901', 'US', 'placeholder'],
  ['counting up once the code is before it', '234 567 8901', 'US', 'placeholder'],
]

describe.each([
  ['hides in its characters', TEXTS],
  ['is wrapped', WRAPPED],
  ['was in a spreadsheet', SPREADSHEETS],
  ['is one of several or has an extension', FIRST_OF_SEVERAL],
  ['has a prefix or no country', PREFIXES],
  ['is written as its country does', COUNTRIES],
  ['is none', REFUSED],
])('a number that %s', (_group, rows) => {
  const named = rows.map(([title, input, country, ...expected]) => ({
    title,
    input,
    country,
    expected,
  }))
  it.each(named)('$title: $input in $country becomes $expected', ({ input, country, expected }) => {
    expect(told(read(input, country))).toEqual(expected)
  })
})

describe('a mobile of every country', () => {
  const known = getCountries().map((country) => {
    const digits = getCountryCallingCode(country) + examples[country]
    const dialled = parsePhoneNumberFromString(`+${digits}`)?.formatNational() ?? ''
    return { country, digits, dialled }
  })

  it('is read alike with +, 00, its code, and as dialled at home', () => {
    for (const { country, digits, dialled } of known) {
      const spellings = [`+${digits}`, `00${digits}`, digits, dialled, examples[country]]
      for (const spelling of spellings) {
        expect([country, spelling, ...toldOf(readPhone(spelling, country))]).toEqual([
          country,
          spelling,
          digits,
        ])
      }
      expect(toldOf(readPhone(digits))).toEqual([digits])
    }
    expect(known.length).toBeGreaterThan(240)
  })

  it('is never taken for a number of another country when it was written with +', () => {
    for (const { digits } of known) {
      for (const home of ['IN', 'US', 'BR', 'DE', 'RU', 'ID'] as const) {
        expect(toldOf(readPhone(`+${digits}`, home))).toEqual([digits])
      }
    }
  })
})

describe('readInternational', () => {
  it.each([
    ['digits', '919876543210', '919876543210'],
    ['digits with a plus', '+919876543210', '919876543210'],
    ['a landline', '911234567891', '911234567891'],
    ['eight Brazilian digits', '553187654321', '553187654321'],
    ['a Mexican 521', '5215512345678', '525512345678'],
    ['an Argentine without 9', '541158749895', '5491158749895'],
    ['nothing', '', 'empty'],
    ['white space inside', '+91 98765 43210', 'not_a_phone'],
    ['two pluses', '++919876543210', 'not_a_phone'],
    ['digits of another script', '९१९८७६५४३२१०', 'not_a_phone'],
    ['a chat id', '919876543210@c.us', 'not_a_phone'],
    ['a trailing line break', '919876543210\n', 'not_a_phone'],
    ['00', '00919876543210', 'invalid_for_country'],
    ['no country code', '9876543210', 'invalid_for_country'],
    ['few digits', '123456', 'too_short'],
    ['many digits', '9198765432101234', 'too_long'],
    ['a made-up number', '919999999999', 'placeholder'],
  ])('reads %s: %j becomes %s', (_title, input, expected) => {
    expect(told(readInternational(input))).toEqual([expected])
  })
})

const COUNTRY = fc.option(fc.constantFrom(...getCountries()), { nil: null })
/** Digits and what stands between them, so that many of them are read. */
const TYPED = fc.string({
  unit: fc.constantFrom(...'0123456789', ...'0123456789', ' ', '-', '+', '(', ')', '/', '.', 'x'),
  maxLength: 24,
})
/** Numbers of real plans: an example with its last digits changed. */
const REAL = fc
  .tuple(fc.constantFrom(...getCountries()), fc.stringMatching(/^\d{4}$/))
  .map(([country, end]) => ({ country, national: examples[country].slice(0, -4) + end }))
/** Countries with spellings of their own. */
const ODD = fc.stringMatching(/^(?:54|55|52|7|39|91|1)\d{9,11}$/)
const NOISE = fc.constantFrom(
  '',
  '',
  ' ',
  '-',
  '\u200e',
  '\ufe0e',
  '\u00a0',
  '\u202a',
  '\u2011',
  '·',
)
const ZEROS = fc.constantFrom(...('0٠०۰０𝟘'.match(/./gu) ?? []))

describe('whatever is typed', () => {
  it('never throws, and gives international digits or a reason', () => {
    const anything = fc.oneof(fc.string({ unit: 'binary' }), TYPED, fc.anything())
    fc.assert(
      fc.property(anything, COUNTRY, (input, country) => {
        const reading = read(input, country)
        if (reading.ok) expect(reading.digits).toMatch(/^[1-9]\d{6,14}$/)
        else expect(REFUSALS[reading.reason]).toBeTypeOf('string')
      }),
      { numRuns: 2000 },
    )
  })

  it('is read again as the same number, with a plus and by readInternational', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.record({ input: TYPED, country: COUNTRY }),
          REAL.map(({ country, national }) => ({ input: national, country })),
          ODD.map((digits) => ({ input: `+${digits}`, country: null })),
        ),
        ({ input, country }) => {
          const reading = read(input, country)
          if (!reading.ok) return
          expect(told(readPhone(`+${reading.digits}`))[0]).toBe(reading.digits)
          expect(told(readPhone(`+${reading.digits}`, 'RU'))[0]).toBe(reading.digits)
          expect(told(readInternational(reading.digits))[0]).toBe(reading.digits)
          expect(told(readInternational(`+${reading.digits}`))[0]).toBe(reading.digits)
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('is the same number in other digits and with anything between them', () => {
    fc.assert(
      fc.property(
        REAL,
        fc.array(NOISE, { minLength: 20, maxLength: 20 }),
        ZEROS,
        (real, noise, zero) => {
          const { country, national } = real
          const first = zero.codePointAt(0) ?? 0
          const written = [...national].map(
            (digit, at) => (noise[at] ?? '') + String.fromCodePoint(first + Number(digit)),
          )
          expect(told(readPhone(`(${written.join('')})`, country))).toEqual(
            told(readPhone(national, country)),
          )
        },
      ),
      { numRuns: 1000 },
    )
  })

  it.each([
    ['digits', '9'],
    ['white space', ' '],
    ['pluses', '+'],
    ['separators', ' or '],
    ['extensions', 'ext '],
    ['ligatures that grow eighteenfold', '\ufdfa'],
    ['parameters of a link', 'whatsapp://send?&'],
    ['signs of a chat', '1:1@'],
  ])('is refused by its length before anything looks at it: a megabyte of %s', (_title, unit) => {
    const hostile = unit.repeat(1_000_000 / unit.length)
    expect(told(readPhone(hostile, 'IN'))).toEqual(['too_long'])
    expect(readInternational(hostile).ok).toBe(false)
    // What is short enough to be looked at is looked at to the end.
    for (const length of [255, 256]) {
      expect(read(unit.repeat(length).slice(0, length), 'IN').ok).toBe(false)
    }
  })
})

describe('sharedSpelling', () => {
  it.each([
    ['Mexico with and without 1', ['525512345678', '5215512345678']],
    ['Argentina with and without 9', ['5491158749895', '541158749895']],
    ['Brazil with and without the ninth digit', ['5531987654321', '553187654321']],
    ['Benin with and without 01', ['2290190011234', '22990011234']],
    ['Ivory Coast: Moov', ['2250141345678', '22541345678']],
    ['Ivory Coast: MTN', ['2250505345678', '22505345678']],
    ['Ivory Coast: Orange', ['2250747345678', '22547345678']],
  ])('is one for all spellings: %s', (_title, spellings) => {
    expect(new Set(spellings.map(sharedSpelling)).size).toBe(1)
  })

  it.each([
    ['two Indians', '919876543210', '919876543211'],
    ['two operators of Ivory Coast', '2250741345678', '22541345678'],
    ["a Brazilian's landline and a mobile that ends like it", '5511951234567', '551151234567'],
    ['two areas of Brazil', '5531987654321', '5511987654321'],
    ['a Mexican and an American', '525512345678', '15512345678'],
    ['Brazilians whose ninth digits differ', '5531987654321', '553197654321'],
  ])('is another for another person: %s', (_title, one, other) => {
    expect(sharedSpelling(one)).not.toBe(sharedSpelling(other))
  })

  it('leaves every other number alone', () => {
    for (const digits of ['919876543210', '14155552671', '521551234567', '549115874989']) {
      expect(sharedSpelling(digits)).toBe(digits)
    }
  })
})

describe('the digits of other scripts', () => {
  /** Unicode keeps the ten digits of a script in one run, in order. */
  function everyDigit(): [digit: string, value: string][] {
    const all: [string, string][] = []
    let inRun = 0
    for (let code = 0; code <= 0x10ffff; code++) {
      const character = String.fromCodePoint(code)
      inRun = /^\p{Nd}$/u.test(character) ? inRun + 1 : 0
      if (inRun > 0) all.push([character, String((inRun - 1) % 10)])
    }
    return all
  }

  it('are all known', () => {
    const all = everyDigit()
    expect(all.length).toBeGreaterThanOrEqual(770)
    for (const [digit, value] of all) expect(asciiDigits(digit), digit).toBe(value)
  })

  it.each(['९', '𝟿', '𞥙'])('are each looked up once, however many %s there are', (nine) => {
    const text = `a${nine}`.repeat(5_000) + nine.repeat(50_000)
    const lookUps = vi.spyOn(Map.prototype, 'get')
    const builds = vi.spyOn(String, 'fromCodePoint')
    const ascii = asciiDigits(text)
    const steps = lookUps.mock.calls.length + builds.mock.calls.length
    vi.restoreAllMocks()
    expect(ascii).toBe(text.replaceAll(nine, '9'))
    expect(steps).toBeLessThanOrEqual(55_000)
  })
})

describe('numbersIn', () => {
  it('finds what is there in a text of a megabyte, in whatever script', () => {
    const digits = '९८७६५४३२१०'
    const found = numbersIn(`${digits}, x; `.repeat(50_000))
    expect(found).toHaveLength(50_000)
    expect(new Set(found)).toEqual(new Set(['9876543210']))
  })
})

describe('maskText', () => {
  it.each([
    ['Call 919800000001 now', 'Call ••••••••0001 now'],
    ['+91 98000-00001', '+•• •••••-•0001'],
    ['98000–00001', '•••••–•0001'],
    ['98000 ... 00001', '••••• ... •0001'],
    ['९८०००००००१', '••••••०००१'],
    ['Class of 2026, 120 people', 'Class of 2026, 120 people'],
    ['12 Elm Street, 560001 Bengaluru', '12 Elm Street, 560001 Bengaluru'],
  ])('hides the numbers in "%s"', (text, masked) => {
    expect(maskText(text)).toBe(masked)
  })

  it('takes no longer for a long text of almost-numbers', () => {
    const text = '12 .. 34 .. 56 x'.repeat(20_000)
    expect(maskText(text)).toBe(text)
  })
})

describe('maskPhone', () => {
  it.each([
    ['919876543210', '+91 ••••• •3210'],
    ['+919876543210', '+91 ••••• •3210'],
    ['14155552671', '+1 ••• ••• 2671'],
    ['447911123456', '+44 •••• ••3456'],
    ['6591234567', '+65 •••• 4567'],
    ['5491158749895', '+54 • •• •••• 9895'],
    ['5511987654321', '+55 •• ••••• 4321'],
    ['553187654321', '+55 ••••••4321'],
    ['390612345678', '+39 •• •••• 5678'],
    ['50051234', '+500 •••34'],
    ['2908999', '+290 ••99'],
    ['999999999999', '••••••••••••'],
    ['12345', '•••••'],
    ['98765 43210', '•••••••••••'],
    ['x'.repeat(1000), '•••••••••••••••'],
    ['', ''],
  ])('hides %s as %s', (digits, masked) => {
    expect(maskPhone(digits)).toBe(masked)
  })

  it('shows at most the code, four digits, and half of the number', () => {
    fc.assert(
      fc.property(REAL, ({ country, national }) => {
        const masked = maskPhone(getCountryCallingCode(country) + national)
        const shown = masked.replace(/^\+\d+/, '').replaceAll(/\D/g, '')
        expect(shown.length).toBeLessThanOrEqual(Math.min(4, national.length / 2))
        expect(national.endsWith(shown)).toBe(true)
      }),
    )
  })
})

describe('phone', () => {
  it.each([
    ['a text', '98765 43210', '919876543210'],
    ['a number', 9876543210, '919876543210'],
    ['an address of WooCommerce', { phone: '07911 123456', country: 'GB' }, '447911123456'],
    [
      'an address of Shopify',
      { phone: '050 123 4567', country: 'United Arab Emirates', country_code: 'AE' },
      '971501234567',
    ],
    [
      'an address whose country code is null',
      { phone: '07911 123456', country_code: null, country: 'GB' },
      '447911123456',
    ],
    ['an address in small letters', { phone: '07911 123456', country_code: ' gb' }, '447911123456'],
    ['an address without country', { phone: '98765 43210' }, '919876543210'],
    [
      'an address whose country nobody knows',
      { phone: '98765 43210', country_code: 'ZZ', country: 'Atlantis' },
      '919876543210',
    ],
    [
      'an address whose phone says its country',
      { phone: '+91 98765 43210', country: 'GB' },
      '919876543210',
    ],
  ])('reads %s', (_title, input, expected) => {
    expect(v.parse(phone('IN'), input)).toBe(expected)
  })

  it('takes an address with a country where the hook has none', () => {
    expect(v.parse(phone(), { phone: '07911 123456', country: 'GB' })).toBe('447911123456')
    expect(v.is(phone(), '07911 123456')).toBe(false)
  })

  const PRIVATE = '98765 4321'
  it.each([
    ['a text', `${PRIVATE}`, 'invalid_for_country'],
    ['a text with letters', `call ${PRIVATE}`, 'letters'],
    ['a long text', PRIVATE.repeat(100), 'too_long'],
    ['a fraction', 98765.4321, 'not_a_phone'],
    ['an address', { phone: PRIVATE, country: 'IN' }, 'invalid_for_country'],
    ['an address without phone', { name: PRIVATE }, 'not_a_phone'],
    ['a list', [PRIVATE], 'not_a_phone'],
    ['nothing', null, 'empty'],
  ] satisfies [string, unknown, PhoneRefusal][])(
    'refuses %s in words that hold nothing of it',
    (_title, input, reason) => {
      const { issues = [] } = v.safeParse(phone('IN'), input)
      expect(issues.map((issue) => issue.message)).toEqual([REFUSALS[reason]])
      expect(JSON.stringify(issues)).not.toMatch(/98765/)
      expect(issues[0]).toMatchObject({
        input: undefined,
        received: '',
        expected: 'a phone number',
      })
    },
  )

  it('names the field of an answer, and that one only', () => {
    const fields = v.object({ phone: phone('IN'), name: v.string() })
    const { issues = [] } = v.safeParse(fields, { phone: PRIVATE, name: 'Asha' })
    expect(issues.map((issue) => [v.getDotPath(issue), issue.message])).toEqual([
      ['phone', REFUSALS.invalid_for_country],
    ])
    expect(v.safeParse(fields, { name: 'Asha' }).success).toBe(false)
  })

  it.each(['XX', 'in', 'India', '', 'constructor'])(
    'throws at config time for country %j',
    (country) => {
      expect(() => phone(country as CountryCode)).toThrow(TypeError)
      expect(() => phone(country as CountryCode)).toThrow(`"${country}"`)
    },
  )

  it('gives a type that no unread text has', () => {
    expectTypeOf(v.parse(phone('IN'), '98765 43210')).toEqualTypeOf<Phone>()
    expectTypeOf<Phone>().toExtend<string>()
    expectTypeOf<string>().not.toExtend<Phone>()
    const fields = v.object({ phone: phone('IN') })
    expectTypeOf<v.InferOutput<typeof fields>>().toEqualTypeOf<{ phone: Phone }>()
  })
})

describe('firstOf', () => {
  const places = ['shipping_address', 'phone', 'customer', 'billing.mobile']
  const order = firstOf('phone', places, v.object({ phone: phone('IN'), id: v.number() }))
  const empty = { id: 1, shipping_address: { phone: '' }, phone: null, customer: null }

  it.each<[title: string, fields: object, digits: string]>([
    [
      'an address with its country',
      { shipping_address: { phone: '07911 123456', country_code: 'GB' } },
      '447911123456',
    ],
    ['the order', { shipping_address: { phone: null }, phone: '98765 43210' }, '919876543210'],
    ['its customer', { shipping_address: null, customer: { phone: 9876543210 } }, '919876543210'],
    ['a path', { customer: { name: 'Asha' }, billing: { mobile: '98765 43210' } }, '919876543210'],
    [
      'the first of two',
      { phone: '98765 43210', customer: { phone: '91234 56789' } },
      '919876543210',
    ],
  ])('reads %s', (_title, fields, digits) => {
    expect(v.parse(order, { ...empty, ...fields })).toEqual({ id: 1, phone: digits })
  })

  it.each<[title: string, fields: unknown, message: string]>([
    ['nothing anywhere', empty, REFUSALS.empty],
    ['a number that cannot be read', { ...empty, phone: 'none' }, REFUSALS.letters],
  ])('says of %s what is wrong, under its name', (_title, fields, message) => {
    const { issues = [] } = v.safeParse(order, fields)
    expect(issues.map((issue) => [v.getDotPath(issue), issue.message])).toEqual([
      ['phone', message],
    ])
  })

  it('leaves what is no object to the schema', () => {
    for (const fields of [null, 'text', 7, undefined]) expect(v.is(order, fields)).toBe(false)
  })

  it('is typed by its schema', () => {
    expectTypeOf(v.parse(order, { ...empty, phone: '98765 43210' })).toEqualTypeOf<{
      phone: Phone
      id: number
    }>()
  })
})

describe('the sentences', () => {
  it.each(Object.entries({ ...REFUSALS, ...WARNINGS }))('%s is for a human', (code, sentence) => {
    expect(sentence).toMatch(/^[A-Za-z].{10,120}[^.]$/)
    expect(sentence).not.toContain('_')
    expect(code).toMatch(/^[a-z_]+$/)
  })
})
