/** What `src/config.ts` imports: the helpers, and every source by its name. */

export type { ConfigInput } from './define-config.ts'
export { defineConfig } from './define-config.ts'
export { hook } from './hook.ts'
export { firstOf, phone } from './phone.ts'
export * from './sources/index.ts'
