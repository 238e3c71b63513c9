/** Text that visitors type: bounded before anything super-linear reads it, and without what cannot be seen. */

/**
 * Normalisation and segmentation take quadratic time over combining marks: 60,000 marks take 5 s, this many 2 ms. No
 * character is composed of more than four, so what is left of a longer text fills any name.
 */
export const MAX_TEXT_UNITS = 1_000

/** Soft hyphens, zero-width spaces, overrides of direction, variation selectors, fillers, tags, lone surrogates. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cs}]/gu

const TAGGED_FLAG = /\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{1,8}\u{e007f}/v
/** Makes an emoji of what is a plain sign without it; beside a digit only where a keycap follows. */
const EMOJI_SELECTOR =
  /(?<=[\p{Emoji}--\p{Emoji_Presentation}--[0-9#*]])\ufe0f|(?<=[0-9#*])\ufe0f(?=\u20e3)/v
const EMOJI_JOINER =
  /(?<=\p{Extended_Pictographic}[\ufe0f\u{1f3fb}-\u{1f3ff}]?)\u200d(?=\p{Extended_Pictographic})/v
/** After the sign that mutes a vowel, in ten scripts of India and Sri Lanka; before it in Bengali and Kannada. */
const INDIC_JOINER =
  /(?<=[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca])(?:\u200d|\u200c(?=\p{L}))|(?<=[\u09b0\u0cb0])\u200d(?=[\u09cd\u0ccd])/v
/** Between two Arabic letters the first of which would join: Persian writes so. */
const ARABIC_NON_JOINER =
  /(?<=[[\p{Script=Arabic}&&\p{L}]--[\u0622-\u0625\u0627\u0629\u062f-\u0632\u0648\u0671-\u0673\u0675-\u0677\u0688-\u0699\u06c0\u06c3-\u06cb\u06cd\u06cf\u06d2\u06d3\u06d5]])\u200c(?=[\p{Script=Arabic}&&\p{L}])/v
/** What changes the look of its neighbours is kept; else two names that look alike would be two groups. */
const KEPT_OR_INVISIBLE = new RegExp(
  `(${[TAGGED_FLAG, EMOJI_SELECTOR, EMOJI_JOINER, INDIC_JOINER, ARABIC_NON_JOINER]
    .map(({ source }) => source)
    .join('|')})|[\\p{Default_Ignorable_Code_Point}\\p{Cf}\\p{Cs}\\p{Co}]`,
  'gv',
)

/** The text in a normal form, and no more of it than is safe to normalise. Remove what is invisible first. */
export function normalized(text: string, form: 'NFC' | 'NFKC'): string {
  return text.slice(0, MAX_TEXT_UNITS).normalize(form)
}

/** The text without any invisible character, for comparing. Takes linear time. */
export function withoutInvisible(text: string): string {
  return text.replaceAll(INVISIBLE, '')
}

/** The text without invisible characters, except those that emoji, Indic and Persian words need. Takes linear time. */
export function visible(text: string): string {
  return text.replaceAll(KEPT_OR_INVISIBLE, (_, kept: string | undefined) => kept ?? '')
}
