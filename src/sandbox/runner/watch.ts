/** Watches files for edits, telling of a burst of them once. */

import { watch } from 'node:fs'
import { basename, dirname } from 'node:path'

/** Editors write a file in several steps. */
const SETTLE_MS = 100

/** Calls back after something under the folders, or one of the files, was edited. */
export function watchForEdits(
  folders: readonly string[],
  files: readonly string[],
  edited: () => void,
): void {
  let timer: NodeJS.Timeout | undefined
  const settle = (): void => {
    clearTimeout(timer)
    timer = setTimeout(edited, SETTLE_MS)
  }
  for (const folder of folders) watch(folder, { recursive: true, persistent: false }, settle)
  // A file's folder, since editors put a new file in the old one's place.
  for (const file of files) {
    watch(dirname(file), { persistent: false }, (_event, name) => {
      if (name === basename(file)) settle()
    })
  }
}
