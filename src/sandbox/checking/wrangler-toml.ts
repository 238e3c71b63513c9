/** Reads what wrangler.toml declares, with wrangler's own reader. */

import { resolve } from 'node:path'
import * as v from 'valibot'
import { ROOT } from '../settings.ts'
import { messageOf, Trouble } from '../trouble.ts'

/** What the Worker's code relies on. */
export interface Declaration {
  readonly name: string
  readonly compatibilityDate: string
  readonly kv: readonly string[]
  /** Class by binding. */
  readonly objects: Readonly<Record<string, string>>
}

const schema = v.object({
  name: v.string(),
  compatibility_date: v.string(),
  kv_namespaces: v.array(v.object({ binding: v.string() })),
  durable_objects: v.object({
    bindings: v.array(v.object({ name: v.string(), class_name: v.string() })),
  }),
})

/** The declaration in the project's wrangler.toml; trouble where it is not one. */
export async function readWranglerToml(): Promise<Declaration> {
  const parsed = v.safeParse(schema, await read(resolve(ROOT, 'wrangler.toml')))
  if (!parsed.success) {
    const path = v.getDotPath(parsed.issues[0]) ?? ''
    throw new Trouble(`wrangler.toml: ${path} is missing or wrong.`)
  }
  const { name, compatibility_date, kv_namespaces, durable_objects } = parsed.output
  return {
    name,
    compatibilityDate: compatibility_date,
    kv: kv_namespaces.map(({ binding }) => binding),
    objects: Object.fromEntries(
      durable_objects.bindings.map((object) => [object.name, object.class_name]),
    ),
  }
}

async function read(config: string): Promise<unknown> {
  // Loaded only here, since it takes longer than everything else together.
  const { unstable_readConfig } = await import('wrangler')
  try {
    return unstable_readConfig({ config }, { hideWarnings: true })
  } catch (error) {
    throw new Trouble(`wrangler.toml: ${messageOf(error)}`)
  }
}
