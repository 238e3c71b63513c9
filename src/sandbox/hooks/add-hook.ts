/** Writes a hook into the text of `src/config.ts`: among `hooks: { … }`, with what it imports. */

const USHER_IMPORT = /import\s*\{([^}]*)\}\s*from\s*'([^']*usher\.ts)'/
const VALIBOT_IMPORT = /import\s*\*\s*as\s+v\s+from\s*'valibot'/
const HOOKS = /\bhooks\s*:\s*\{/g
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/
const INDENT = '  '
/** As the linter breaks them. */
const LONGEST_LINE = 100

export interface NewHook {
  readonly name: string
  /** The hook as it stands after its name: `hook({ … })`. */
  readonly code: string
  /** What it takes from `usher.ts`. */
  readonly imports: readonly string[]
}

/** The config's text with the hook as its last one, or null where the text is built in another way. */
export function addHook(text: string, hook: NewHook): string | null {
  const imported = addImports(text, hook)
  const end = imported === null ? null : endOfHooks(imported)
  if (imported === null || end === null) return null
  const last = withoutComments(imported.slice(0, end)).trimEnd()
  const comma = /[,{]$/.test(last) ? '' : ','
  const before = imported.slice(0, last.length) + comma + imported.slice(last.length, end).trimEnd()
  const lines = hookLines(hook).map((line) => (line === '' ? '' : INDENT.repeat(2) + line))
  const gap = last.endsWith('{') ? '' : '\n'
  return `${before}\n${gap}${lines.join('\n')}\n${INDENT}${imported.slice(end)}`
}

/** Which of these names a hook's code uses as its own variables, and not as a member or in a text. */
export function namesIn(code: string, names: readonly string[]): string[] {
  const plain = withoutComments(code)
  return names.filter((name) => new RegExp(`(?<![\\w.])${name}\\b(?!:)`).test(plain))
}

/** The hook by its name, as it stands among the others. */
export function hookLines({ name, code }: NewHook): string[] {
  return `${IDENTIFIER.test(name) ? name : `'${name}'`}: ${code},`.split('\n')
}

function addImports(text: string, { code, imports }: NewHook): string | null {
  const found = USHER_IMPORT.exec(text)
  if (found === null) return null
  const [whole, list = '', from = ''] = found
  const names = list.split(',').map((name) => name.trim())
  const all = [...new Set([...names.filter((name) => name !== ''), ...imports])].toSorted(
    (one, other) => one.localeCompare(other, 'en'),
  )
  const flat = `import { ${all.join(', ')} } from '${from}'`
  const broken = `import {\n${all.map((name) => `${INDENT}${name},\n`).join('')}} from '${from}'`
  const line = flat.length > LONGEST_LINE ? broken : flat
  const added = text.replace(whole, () => line)
  const needsValibot = /\bv\./.test(code) && !VALIBOT_IMPORT.test(added)
  return needsValibot ? added.replace(line, () => `import * as v from 'valibot'\n${line}`) : added
}

/** Where the brace of `hooks: {` closes; null where there is none, or more than one. */
function endOfHooks(text: string): number | null {
  const plain = withoutComments(text)
  const [start, second] = [...plain.matchAll(HOOKS)]
  if (start === undefined || second !== undefined) return null
  let depth = 0
  for (let at = start.index + start[0].length - 1; at < plain.length; at++) {
    if (plain[at] === '{') depth++
    else if (plain[at] === '}' && --depth === 0) return at
  }
  return null
}

/** The text with blanks for what stands in comments and quotes, so that every sign stays where it is. */
function withoutComments(text: string): string {
  const aside = /\/\/.*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g
  return text.replaceAll(aside, (part) => part.replaceAll(/[^\n]/g, ' '))
}
