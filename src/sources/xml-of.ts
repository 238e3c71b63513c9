/** Writes an object as XML elements, for samples; a list is an element that comes several times. */

const SPECIAL: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
const NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/

/** Names that XML does not take are left out, with what is in them. */
export function xmlOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) {
    return String(value ?? '').replaceAll(/[&<>]/g, (sign) => SPECIAL[sign] ?? sign)
  }
  const elements = Object.entries(value).filter(([name]) => NAME.test(name))
  return elements
    .flatMap(([name, inner]) => [inner].flat().map((one) => `<${name}>${xmlOf(one)}</${name}>`))
    .join('')
}
