/** Finds what has no place in a deployed bundle: the sandbox, the tests, and Node's own modules. */

const STRANGERS = [/(?:^|\/)src\/sandbox\//, /^(?:\.\.\/)*test\//, /^node:/]

/** Those among a bundle's files and what it imports at run time. */
export function strangers(modules: readonly string[]): string[] {
  return modules.filter((module) => STRANGERS.some((stranger) => stranger.test(module)))
}
