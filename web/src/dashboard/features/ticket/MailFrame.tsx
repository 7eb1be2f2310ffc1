import { Alert, Button, Group, Stack } from '@mantine/core'
import { IconPhotoOff } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ErrorNote } from '@/shared/ui/ErrorNote'
import { Loading } from '@/shared/ui/Loading'
import { originalQuery } from './api'
import classes from './Ticket.module.css'

const TALLEST = 20_000

/**
 * MailFrame shows the HTML of a mail in a frame that can run nothing. Pictures from elsewhere
 * tell their sender that the mail was read, so they are asked for.
 */
export function MailFrame({ mail }: { mail: number }) {
  const { t } = useTranslation()
  const original = useQuery(originalQuery(mail))
  const [remote, setRemote] = useState(false)
  if (original.isPending) return <Loading rows={3} />
  if (original.isError) return <ErrorNote error={original.error} retry={() => original.refetch()} />
  if (!original.data.html) return <div className={classes.own}>{original.data.text}</div>
  return (
    <Stack gap="xs">
      {original.data.remote && !remote && (
        <Alert variant="light" color="gray" icon={<IconPhotoOff size={16} aria-hidden />} p="xs">
          <Group justify="space-between" gap="xs">
            {t('ticket.mail.blocked')}
            <Button size="compact-xs" variant="default" onClick={() => setRemote(true)}>
              {t('ticket.mail.load')}
            </Button>
          </Group>
        </Alert>
      )}
      <Frame key={String(remote)} src={`/dashboard/api/mails/${mail}/frame/${remote ? '?remote=1' : ''}`} />
    </Stack>
  )
}

function Frame({ src }: { src: string }) {
  const { t } = useTranslation()
  const frame = useRef<HTMLIFrameElement>(null)
  const watch = useRef<ResizeObserver>(undefined)
  const [height, setHeight] = useState(120)
  useEffect(() => () => watch.current?.disconnect(), [])
  const measure = () => {
    const body = frame.current?.contentDocument?.body
    if (!body) return
    const adapt = () => setHeight(Math.min(TALLEST, Math.ceil(body.getBoundingClientRect().height) + 2))
    watch.current?.disconnect()
    watch.current = new ResizeObserver(adapt)
    watch.current.observe(body)
    adapt()
  }
  return (
    <iframe
      ref={frame}
      className={classes.frame}
      title={t('ticket.mail.frame')}
      src={src}
      sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
      referrerPolicy="no-referrer"
      height={height}
      onLoad={measure}
    />
  )
}
