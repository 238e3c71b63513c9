/** Reads the XML that programs send (SOAP and the like) as plain objects. It knows no document types, so no entities either. */

/** Deeper than any envelope; more elements than a body of 256 KiB says anything with. */
const MAX_DEPTH = 32
const MAX_ELEMENTS = 20_000

/** Declaration, comment, CDATA, closing tag, opening tag with its attributes, or text: at the place where we are. */
const TOKEN =
  /<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\/([^\s<>/]+)\s*>|<([^\s<>/!?]+)((?:\s+[^\s<>=/]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|[^<]+/y
const REFERENCE = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos));|&/gi
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
}

type XmlValue = string | readonly XmlValue[] | { readonly [name: string]: XmlValue }

interface Element {
  /** As it was opened, prefix and all. */
  readonly tag: string
  readonly children: Map<string, XmlValue[]>
  text: string
}

/**
 * `{ root: … }`, or null where it is not XML or too much of it. An element is its text, or an object of its elements;
 * one that comes several times becomes a list. Prefixes and attributes are left out: they say what a reader knows already.
 */
export function readXml(xml: string): XmlValue | null {
  const top: Element = { tag: '', children: new Map(), text: '' }
  const open: Element[] = [top]
  let elements = 0
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < xml.length) {
    const found = TOKEN.exec(xml)
    // `<!DOCTYPE` and `<!ENTITY` are no token either.
    if (found === null) return null
    const [token, cdata, closing, opening, , selfClosing] = found
    const current = open.at(-1) ?? top
    if (opening !== undefined) {
      if (++elements > MAX_ELEMENTS || open.length > MAX_DEPTH) return null
      const element: Element = { tag: opening, children: new Map(), text: '' }
      if (selfClosing === '/') add(current, element)
      else open.push(element)
    } else if (closing !== undefined) {
      if (open.length === 1 || current.tag !== closing) return null
      open.pop()
      add(open.at(-1) ?? top, current)
    } else if (cdata !== undefined) {
      current.text += cdata
    } else if (!token.startsWith('<')) {
      const text = plain(token)
      if (text === null) return null
      current.text += text
    }
  }
  const roots = [...top.children.values()].flat().length
  return open.length === 1 && roots === 1 && top.text.trim() === '' ? contentOf(top) : null
}

function add(parent: Element, child: Element): void {
  const name = child.tag.slice(child.tag.indexOf(':') + 1)
  const twins = parent.children.get(name)
  if (twins === undefined) parent.children.set(name, [contentOf(child)])
  else twins.push(contentOf(child))
}

function contentOf({ children, text }: Element): XmlValue {
  if (children.size === 0) return text.trim()
  // `fromEntries` defines members: an element named `__proto__` becomes data, not a prototype.
  return Object.fromEntries(
    [...children].map(([name, values]) => {
      const [only] = values
      return [name, only !== undefined && values.length === 1 ? only : values]
    }),
  )
}

/** The text that references stand for, or null where one stands for nothing. */
function plain(text: string): string | null {
  let known = true
  const read = text.replaceAll(REFERENCE, (reference, decimal, hex, name) => {
    if (name !== undefined) return NAMED[String(name)] ?? fail()
    const code = Number.parseInt(decimal ?? hex, decimal === undefined ? 16 : 10)
    return reference === '&' || !isCharacter(code) ? fail() : String.fromCodePoint(code)
  })
  function fail(): string {
    known = false
    return ''
  }
  return known ? read : null
}

/** https://www.w3.org/TR/xml/#charsets */
function isCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd
  return (
    code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff)
  )
}
