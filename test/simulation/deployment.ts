/** The deployment: the config, the secrets and the pace that the process is given, which events change. */

import type { AccountOptions, Pace } from '../../src/outbox/dispatch/pace.ts'
import { paceOf } from '../../src/outbox/dispatch/pace.ts'
import type { OutboxConfig } from '../../src/outbox/ports.ts'
import type { History, HookNumber } from './history.ts'
import { HOOK_NAMES } from './history.ts'

const TOKENS = { old: 'token-old', new: 'token-new', last: 'token-last', none: null } as const
const INSTANT_ENV = { USHER_SANDBOX: '1', USHER_PACE: 'instant' }

export class Deployment {
  /** The paces that were in force, with since when. */
  readonly paces: { since: number; pace: Pace }[] = []
  token: string | null = TOKENS.old

  readonly #history: History
  readonly #capacities: (number | null)[]
  #account: AccountOptions

  constructor(history: History) {
    this.#history = history
    this.#account = history.account
    this.#capacities = history.hooks.map(({ capacity }) => capacity)
    this.#paceChanged(history.begin)
  }

  get pace(): Pace {
    return this.#history.instant ? paceOf(this.#account, 'instant') : paceOf(this.#account)
  }

  get config(): OutboxConfig {
    return {
      accounts: { default: this.#account },
      hooks: this.hooks,
      retention: this.#history.retention,
      canTypeName: () => false,
      publicUrl: null,
    }
  }

  get hooks(): OutboxConfig['hooks'] {
    return Object.fromEntries(
      this.#history.hooks.map(({ kind, newGroupsPerDay, account }, number) => {
        const capacity = this.#capacities[number] ?? null
        const own = {
          source: { kind },
          ...(account !== undefined && { account }),
          ...(capacity !== null && { capacity }),
          ...(newGroupsPerDay !== null && { newGroupsPerDay }),
        }
        return [HOOK_NAMES[number], own]
      }),
    )
  }

  get env(): object {
    return {
      ...(this.token !== null && { EAZYBE_TOKEN: this.token }),
      ...(this.#history.alerts && { ALERT_URL: 'https://alerts.example/hook' }),
      ...(this.#history.instant && INSTANT_ENV),
    }
  }

  setAccount(account: AccountOptions, at: number): void {
    this.#account = account
    this.#paceChanged(at)
  }

  setCapacity(hook: HookNumber, capacity: number | null, at: number): void {
    this.#capacities[hook] = capacity
    this.#paceChanged(at)
  }

  setToken(token: keyof typeof TOKENS): void {
    this.token = TOKENS[token]
  }

  #paceChanged(at: number): void {
    this.paces.push({ since: at, pace: this.pace })
  }
}
