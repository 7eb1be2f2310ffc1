import { Badge, Button, Group, Modal, Text } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconClock, IconPlus, IconPower } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { confirm } from '@/shared/confirm'
import { say } from '@/shared/notify'
import { Empty } from '@/shared/ui/Empty'
import { ErrorNote } from '@/shared/ui/ErrorNote'
import { Loading } from '@/shared/ui/Loading'
import { PageHead } from '@/shared/ui/PageHead'
import { Time } from '@/shared/ui/Time'
import { MailboxForm, SecretForm } from './MailboxForm'
import { type Mailbox, useMailboxes, useRemoveMailbox } from './mailApi'
import classes from './Settings.module.css'

/** MailboxesPage is the mailboxes elsewhere that are read for the store. */
export function MailboxesPage() {
  const { t } = useTranslation()
  const boxes = useMailboxes()
  const [open, setOpen] = useState<'new' | Mailbox | null>(null)
  const close = () => setOpen(null)
  return (
    <>
      <PageHead title={t('mailboxes.title')}>
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setOpen('new')}>
          {t('mailboxes.add')}
        </Button>
      </PageHead>
      <Text size="sm" c="dimmed" px="md" pb="sm" maw={720}>
        {t('mailboxes.text')}
      </Text>
      {boxes.isError && !boxes.data ? (
        <ErrorNote error={boxes.error} retry={() => void boxes.refetch()} />
      ) : !boxes.data ? (
        <Loading rows={3} />
      ) : boxes.data.results.length === 0 ? (
        <Empty title={t('mailboxes.none')} text={t('mailboxes.noneText')} />
      ) : (
        <ul className={classes.list} aria-label={t('mailboxes.title')}>
          {boxes.data.results.map(b => (
            <Row key={b.id} box={b} onSecret={() => setOpen(b)} />
          ))}
        </ul>
      )}
      <Modal
        closeButtonProps={{ 'aria-label': t('common.close') }}
        opened={open !== null}
        onClose={close}
        title={open === 'new' || !open ? t('mailboxes.add') : t('mailboxes.newPasswordOne', { name: open.username })}
        size="lg"
      >
        {open === 'new' ? <MailboxForm done={close} /> : open && <SecretForm box={open} done={close} />}
      </Modal>
    </>
  )
}

const looks = {
  ok: { color: 'green', icon: IconCheck },
  new: { color: 'blue', icon: IconClock },
  failing: { color: 'red', icon: IconAlertTriangle },
  off: { color: 'gray', icon: IconPower },
}

function Row({ box: b, onSecret }: { box: Mailbox; onSecret: () => void }) {
  const { t } = useTranslation()
  const remove = useRemoveMailbox()
  const look = looks[b.state]
  const ask = async () => {
    const sure = await confirm({
      title: t('mailboxes.removeOne', { name: b.username }),
      text: t('mailboxes.removeText'),
      action: t('mailboxes.remove'),
      danger: true,
    })
    if (sure) remove.mutate(b.id, { onSuccess: () => say(t('mailboxes.removed')) })
  }
  return (
    <li className={classes.row}>
      <div className={classes.rowMain}>
        <Group gap="xs">
          <Text size="sm" fw={600}>
            {b.username}
          </Text>
          <Badge
            variant="light"
            color={look.color}
            className={classes.badge}
            leftSection={<look.icon size={12} aria-hidden />}
          >
            {t(`mailboxes.state.${b.state}`)}
          </Badge>
          {b.security === 'none' && (
            <Badge variant="default" className={classes.badge}>
              {t('mailboxes.readable')}
            </Badge>
          )}
        </Group>
        <Text size="xs" c="dimmed">
          {b.address} · {b.folder} · {t('mailboxes.taken', { seen: b.seen, there: b.there })}
        </Text>
        <Text size="xs" c="dimmed">
          {b.last_mail_at ? (
            <>
              {t('mailboxes.lastMail')} <Time at={b.last_mail_at} />
            </>
          ) : (
            t('mailboxes.noMail')
          )}
          {b.last_ok_at && (
            <>
              {' · '}
              {t('mailboxes.lastOK')} <Time at={b.last_ok_at} />
            </>
          )}
        </Text>
        {b.error && <Text size="sm">{b.error}</Text>}
      </div>
      <Group gap="xs">
        <Button
          size="compact-sm"
          variant="default"
          onClick={onSecret}
          aria-label={t('mailboxes.newPasswordOne', { name: b.username })}
        >
          {t('mailboxes.newPassword')}
        </Button>
        <Button
          size="compact-sm"
          variant="subtle"
          color="red"
          loading={remove.isPending}
          onClick={() => void ask()}
          aria-label={t('mailboxes.removeOne', { name: b.username })}
        >
          {t('mailboxes.remove')}
        </Button>
      </Group>
    </li>
  )
}
