import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { key, Problem } from '@/api/client'
import { offerUndo, say, sayProblem } from '@/shared/notify'
import { type Bulk, type BulkChange, followBulk, startBulk, undoBulk } from './api'

/** What is changed: tickets that were picked, or all that a search finds. */
export type Target = { ids: number[] } | { all: string }

/** useBulk starts changes of many tickets, shows how far they are, and offers to take them back. */
export function useBulk(onDone: () => void) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [running, setRunning] = useState<Bulk | null>(null)
  const settle = () => {
    setRunning(null)
    void client.invalidateQueries({ queryKey: key('/tickets/counts/') })
    onDone()
  }
  const fail = (e: unknown) => {
    setRunning(null)
    if (e instanceof Problem) sayProblem(e)
  }
  const undo = async (id: number) => {
    try {
      const b = await followBulk(await undoBulk(id), setRunning)
      settle()
      say(
        b.kept > 0
          ? t('tickets.undoneBut', { count: b.undone, kept: b.kept })
          : t('tickets.undone', { count: b.undone }),
      )
    } catch (e) {
      fail(e)
    }
  }
  const run = async (target: Target, change: BulkChange) => {
    try {
      const b = await followBulk(await startBulk({ ...target, change }), setRunning)
      settle()
      const message = b.failed
        ? t('tickets.changedBut', { count: b.done, failed: b.failed })
        : b.done === 0
          ? t('tickets.nothingChanged')
          : t('tickets.changed', { count: b.done })
      if (b.done > 0) offerUndo(message, () => void undo(b.id), 12)
      else say(message)
    } catch (e) {
      fail(e)
    }
  }
  return { run, running }
}
