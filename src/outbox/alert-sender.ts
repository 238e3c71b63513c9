/** Tells the operator, at `ALERT_URL`, what is due to be told. */

import { log } from '../log.ts'
import { secretValues } from '../names.ts'
import type { Account } from './account.ts'
import { alertText } from './alert-text.ts'
import { ALERT_SECRET } from './alerts.ts'
import type { OutboxPorts } from './ports.ts'
import type { Task } from './rounds.ts'
import type { Tables } from './tables.ts'

export class AlertSender implements Task {
  readonly name = 'alerts'
  readonly #ports: OutboxPorts
  readonly #account: Account
  readonly #tables: Tables

  constructor(ports: OutboxPorts, account: Account, tables: Tables) {
    this.#ports = ports
    this.#account = account
    this.#tables = tables
  }

  /** Tells what is due. An address that refuses is tried again; it never holds up a call. */
  async run(): Promise<void> {
    const { config, env, now, random, sendAlert } = this.#ports
    const [url] = secretValues(env, ALERT_SECRET)
    if (url === undefined) return
    const console = config.publicUrl === null ? null : `${config.publicUrl}/console`
    for (const alert of this.#tables.alerts.due(now())) {
      const told = await sendAlert(url, alertText(alert, this.#account.name, console))
      if (told) this.#tables.alerts.told(alert, now())
      else this.#tables.alerts.failed(alert, now(), random)
      log('alert', { account: this.#account.name, kind: alert.kind, told })
    }
  }

  nextAt(): number | null {
    return this.#tables.alerts.nextAt()
  }
}
