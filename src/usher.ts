/** What `src/config.ts` imports: the helpers, and every source by its name. */

export { hook } from './mapping/hook.ts'
export { firstOf, phone } from './mapping/phone/index.ts'
export type { ConfigInput } from './setup/define-config.ts'
export { defineConfig } from './setup/define-config.ts'
export * from './sources/index.ts'
