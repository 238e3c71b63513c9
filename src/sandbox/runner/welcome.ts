/** What `npm start` prints when everything is up. */

import { adminSecrets } from '../../operator/admin-secret.ts'
import type { Config } from '../../setup/define-config.ts'
import { readinessOf } from '../../setup/readiness.ts'
import type { Vars } from '../dev-vars.ts'

interface Welcome {
  readonly config: Config
  /** Of the Worker, without a slash at the end. */
  readonly url: string
  readonly sandboxUrl: string
  /** Secrets and variables, as the Worker has them. */
  readonly vars: Vars
  /** Names of secrets that were just made up, and where they are. */
  readonly made: readonly string[]
  readonly devVars: string
  readonly seconds: number
}

/** The lines to print. */
export function welcome(parts: Welcome): string {
  const { config, url, sandboxUrl, vars, made, devVars, seconds } = parts
  const hooks = Object.entries(config.hooks)
  const width = Math.max(...hooks.map(([name]) => name.length), 'Admin secret'.length)
  const row = (name: string, value: string): string => `  ${name.padEnd(width)}  ${value}`
  return [
    '',
    `Usher is ready at ${url} after ${seconds.toFixed(1)} s. Nothing here reaches EazyBe or WhatsApp.`,
    '',
    row('Console', `${url}/console`),
    row('Admin secret', adminText(vars, devVars)),
    row('Sandbox', `${sandboxUrl} stands in for EazyBe and shows the groups`),
    '',
    hooks.length === 0 ? 'No hooks yet: add one to src/config.ts.' : 'Hooks',
    ...hooks.map(([name, hook]) => {
      const readiness = readinessOf(name, hook, vars)
      const flaw = readiness.ready ? '' : `, which lets nothing through: ${readiness.because}`
      return row(name, `${url}/hooks/${name} for ${hook.source.title}${flaw}`)
    }),
    '',
    ...(made.length === 0 ? [] : [`Made up ${made.join(', ')} in ${devVars}.`]),
    ...hooks.slice(0, 1).map(([name]) => `Next: npm run send -- ${name}`),
    '',
  ].join('\n')
}

function adminText(vars: Vars, devVars: string): string {
  const secrets = adminSecrets(vars)
  return secrets.ok
    ? `${secrets.values[0]} (ADMIN_SECRET in ${devVars}): opens it, and the API`
    : `The console and the API are shut: ${secrets.because} in ${devVars}`
}
