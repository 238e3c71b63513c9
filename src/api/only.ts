/** An object with these members and no others: where a misspelt one would be passed over, more would be done than was meant. */

import * as v from 'valibot'

export function only<const entries extends v.ObjectEntries>(entries: entries) {
  return v.strictObject(entries, ({ expected }) =>
    expected === 'never' ? 'is not known here' : 'must be an object',
  )
}
