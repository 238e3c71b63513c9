/** What others wrote and is built in: known by its version, its digest and its licence. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../../..')
const json = (name: string): unknown => JSON.parse(readFileSync(join(ROOT, name), 'utf8'))

const versions = v.record(v.string(), v.string())
const { dependencies, devDependencies } = v.parse(
  v.object({ dependencies: versions, devDependencies: versions }),
  json('package.json'),
)
const { packages } = v.parse(
  v.object({
    packages: v.record(
      v.string(),
      v.object({
        dev: v.optional(v.boolean(), false),
        integrity: v.optional(v.string()),
        license: v.optional(v.string()),
        link: v.optional(v.boolean(), false),
      }),
    ),
  }),
  json('package-lock.json'),
)
const foreign = Object.entries(packages).filter(([path]) => path !== '')

/** They let a company run and change it without opening its own code. */
const DEPLOYED = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD']
/** Of tools, which are not deployed: also those that ask for a notice, or for changes to the tool itself. */
const TOOLS = [
  ...DEPLOYED,
  'MPL-2.0',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'CC-BY-4.0',
  'Python-2.0',
  'Unlicense',
  'LGPL-3.0-or-later',
]

/** The licence expression names one that is allowed: `(MIT OR CC0-1.0)`; of `A AND B` each must be. */
function isAllowed(licence: string, allowed: readonly string[]): boolean {
  return licence
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((one) => allowed.includes(one.trim())))
}

describe('every package', () => {
  it('is named with one exact version', () => {
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
      expect([name, version]).toEqual([name, expect.stringMatching(/^\d+\.\d+\.\d+(?:-[\w.]+)?$/)])
  })

  it('is known by a digest', () => {
    const without = foreign.filter(([, one]) => !one.link && one.integrity === undefined)
    expect(without.map(([path]) => path)).toEqual([])
  })

  it('has a licence that allows what is done with it', () => {
    const refused = foreign.flatMap(([path, { dev, license }]) =>
      isAllowed(license ?? 'none', dev ? TOOLS : DEPLOYED) ? [] : [`${path}: ${license}`],
    )
    expect(refused).toEqual([])
  })

  it('that is deployed is one of four', () => {
    // TypeScript is a peer of valibot's, and there for its types alone.
    const deployed = foreign
      .filter(([path, { dev }]) => !dev && !path.includes('typescript'))
      .map(([path]) => path)
    expect(deployed.toSorted()).toEqual(
      Object.keys(dependencies)
        .map((name) => `node_modules/${name}`)
        .toSorted(),
    )
  })
})
