import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { sendSeen } from './api'

const GLANCE = 1500 // milliseconds that a ticket must be in view to count as seen

/** useSeen notes that the reader has seen a ticket up to an event; 0 is not to be noted. */
export function useSeen(id: number, seq: number) {
  const cache = useQueryClient()
  const sent = useRef(0)
  useEffect(() => {
    if (seq <= sent.current) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = () => {
      clearTimeout(timer)
      if (document.hidden) return
      timer = setTimeout(() => {
        sent.current = seq
        sendSeen(id, seq)
          .then(() => cache.invalidateQueries({ queryKey: ['get', '/tickets/'] }))
          .catch(() => {
            sent.current = 0 // it is seen again soon
          })
      }, GLANCE)
    }
    look()
    document.addEventListener('visibilitychange', look)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [id, seq, cache])
}
