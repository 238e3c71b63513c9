/** `npm run sources`: what is known of every sender, and how well. With `-- --readme` it writes the README's table anew. */

import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { sources } from '../src/sources/index.ts'
import { withTable } from './readme-table.ts'

const README = resolve(import.meta.dirname, '../README.md')

if (process.argv.includes('--readme')) {
  writeFileSync(README, withTable(readFileSync(README, 'utf8'), sources))
}
