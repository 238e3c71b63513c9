/** The value at a dotted path: of a form's flat answers by the whole name, of what nests by the names on the way. */

/** Undefined where nothing is; what every object inherits is nothing. */
export function valueAt(node: unknown, path: string): unknown {
  if (typeof node !== 'object' || node === null) return undefined
  // A form's answers are flat, whatever dots their names hold.
  if (Object.hasOwn(node, path)) return Reflect.get(node, path)
  const [head = '', ...rest] = path.split('.')
  if (rest.length === 0 || !Object.hasOwn(node, head)) return undefined
  return valueAt(Reflect.get(node, head), rest.join('.'))
}
