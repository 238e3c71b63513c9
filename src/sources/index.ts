/** Every source by its name, and the list of those that are plain values. */

import * as all from './all.ts'
import type { Source, SourceKind } from './source.ts'

export * from './all.ts'

const KINDS: readonly SourceKind[] = ['form', 'calendar', 'ads', 'crm', 'shop', 'automation']

/** By kind, then by title. All but `signedJson` and `jsonWith`, which are made anew by every hook that uses them. */
export const sources: readonly Source[] = Object.values<
  Source | typeof all.signedJson | typeof all.jsonWith
>(all)
  .filter((one) => typeof one !== 'function')
  .toSorted((one, other) => place(one) - place(other) || one.title.localeCompare(other.title, 'en'))

function place({ kind }: Source): number {
  return KINDS.indexOf(kind)
}
