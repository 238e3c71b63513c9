/** Tells the JSON that PHP makes of an array from the form body that PHP makes of it. */

/** A list where the keys are 0, 1, 2 …; a map in any case, since objects would sort such keys. */
type PhpArray = Map<string, PhpValue>
type PhpValue = string | PhpArray

const MAX_PAIRS = 1_000
const MAX_DEPTH = 8
const NESTED = /^([^[]+)((?:\[[^[\]]*\])+)$/
const INTEGER = /^(?:0|-?[1-9]\d{0,14})$/

/**
 * What `json_encode` writes of the array that `http_build_query` wrote as `query`; null where it did not, which spells
 * each array in one way only. A form does not say which values were integers: those whose names are `integers` were.
 */
export function jsonOfQuery(query: string, integers: RegExp): string | null {
  const array = readQuery(query)
  if (array === null || pairsOf(array).join('&') !== query) return null
  return jsonOf(array, integers)
}

/** https://www.php.net/manual/en/function.http-build-query.php */
function pairsOf(array: PhpArray, outer?: string): string[] {
  return [...array].flatMap(([key, value]) => {
    const name = nameOf(key, outer)
    return typeof value === 'string' ? `${encoded(name)}=${encoded(value)}` : pairsOf(value, name)
  })
}

function nameOf(key: string, outer?: string): string {
  return outer === undefined ? key : `${outer}[${key}]`
}

function readQuery(query: string): PhpArray | null {
  const pairs = query.split('&')
  if (pairs.length > MAX_PAIRS) return null
  const array: PhpArray = new Map()
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    const name = decoded(pair.slice(0, at))
    const value = decoded(pair.slice(at + 1))
    if (at === -1 || name === null || value === null) return null
    if (!put(array, keysOf(name), value)) return null
  }
  return array
}

function keysOf(name: string): string[] {
  const [, first, rest] = NESTED.exec(name) ?? []
  if (first === undefined || rest === undefined) return [name]
  return [first, ...rest.slice(1, -1).split('][')]
}

/** False where the name is taken by a value of the other kind. */
function put(array: PhpArray, keys: readonly string[], value: string): boolean {
  const [key = '', ...rest] = keys
  if (keys.length > MAX_DEPTH) return false
  if (rest.length === 0) {
    array.set(key, value)
    return true
  }
  const inner = array.get(key) ?? new Map<string, PhpValue>()
  array.set(key, inner)
  return typeof inner !== 'string' && put(inner, rest, value)
}

/** `json_encode` without flags: https://www.php.net/manual/en/function.json-encode.php */
function jsonOf(array: PhpArray, integers: RegExp, outer?: string): string {
  const isList = [...array.keys()].every((key, index) => key === String(index))
  const items = [...array].map(([key, value]) => {
    const member = isList ? '' : `${jsonText(key)}:`
    const name = nameOf(key, outer)
    if (typeof value !== 'string') return member + jsonOf(value, integers, name)
    return member + (integers.test(name) && INTEGER.test(value) ? value : jsonText(value))
  })
  return isList ? `[${items.join()}]` : `{${items.join()}}`
}

/** Control characters are spelt as `JSON.stringify` spells them; slashes and what is not ASCII are escaped, too. */
function jsonText(text: string): string {
  return JSON.stringify(text)
    .replaceAll('/', '\\/')
    .replaceAll(/[^\0-\x7f]/g, escaped)
}

/** Character by character without the `u` flag, so that what lies beyond 16 bits becomes two escapes, as in PHP. */
function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function encoded(text: string): string {
  const percent = (character: string) =>
    `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
  return encodeURIComponent(text)
    .replaceAll(/[!'()*~]/g, percent)
    .replaceAll('%20', '+')
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return null
  }
}
