/** Backup and restore for the operator: a copy of the whole outbox, and putting one back into an empty one. */

import type { Context } from '../context.ts'
import { pauseFrom } from '../dispatch/step.ts'
import { type BackupPage, IS_IN_USE, RestoreFault } from '../store/backup.ts'

/** `rows`: how many were put back; null: more pieces are awaited. */
export type RestoreResult = { readonly rows: number | null } | { readonly because: string }

export type BackupAdmin = ReturnType<typeof backupAdmin>

export function backupAdmin({ alarm, ports, store }: Context) {
  const { account, audit, backup } = store

  return {
    /** The next page of a copy; null: something was written since the first, so it must begin anew. */
    async page(name: string, cursor: string | null, actor: string): Promise<BackupPage | null> {
      const now = ports.now()
      return store.transaction(() => {
        if (cursor === null) {
          audit.record({ actor, action: 'export', target: `account ${name}`, detail: null }, now)
        }
        return backup.page(name, cursor, now)
      })
    },
    /**
     * Takes the next piece of a copy, and with the last one puts all of it back in one transaction: it is there as a whole,
     * or not at all. The account is paused then, so that an operator looks before anything is sent.
     */
    async take(
      name: string,
      piece: { readonly number: number; readonly text: string; readonly last: boolean },
      actor: string,
    ): Promise<RestoreResult> {
      const now = ports.now()
      if (backup.isInUse()) return { because: IS_IN_USE }
      const isNext = store.transaction(() => backup.keep(piece.number, piece.text, now))
      if (!isNext) return { because: 'Another piece comes next: begin again with number 0.' }
      if (!piece.last) {
        await alarm.recheck()
        return { rows: null }
      }
      try {
        const rows = store.transaction(() => {
          const restored = backup.restore(name)
          account.forget()
          account.state = { ...account.state, pause: pauseFrom('operator', now, 1) }
          const target = `account ${name}`
          audit.record({ actor, action: 'import', target, detail: `${restored} rows` }, now)
          return restored
        })
        store.close()
        await ports.restored?.()
        return { rows }
      } catch (error) {
        if (!(error instanceof RestoreFault)) throw error
        store.transaction(() => backup.discard())
        return { because: error.message }
      }
    },
  }
}
