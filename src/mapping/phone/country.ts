/** Countries by their two capital letters, as far as their numbering plans are known. */

export { type CountryCode, isSupportedCountry as isCountryCode } from 'libphonenumber-js/max'
