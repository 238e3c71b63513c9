/** The value at a dotted path: of a form's flat answers by the whole name, of what nests by the names on the way. */

/** Undefined where nothing is; what every object inherits is nothing. A name on the way may hold dots itself. */
export function valueAt(node: unknown, path: string): unknown {
  if (typeof node !== 'object' || node === null) return undefined
  // A form's answers are flat, whatever dots their names hold.
  if (Object.hasOwn(node, path)) return Reflect.get(node, path)
  for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1)) {
    const head = path.slice(0, dot)
    if (!Object.hasOwn(node, head)) continue
    const found = valueAt(Reflect.get(node, head), path.slice(dot + 1))
    if (found !== undefined) return found
  }
  return undefined
}
