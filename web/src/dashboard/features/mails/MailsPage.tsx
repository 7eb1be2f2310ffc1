import { Button, Drawer, Group, SegmentedControl, Stack, Table, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { confirm } from '@/shared/confirm'
import { say } from '@/shared/notify'
import { places } from '@/shared/paths'
import { Empty } from '@/shared/ui/Empty'
import { ErrorNote } from '@/shared/ui/ErrorNote'
import { Loading } from '@/shared/ui/Loading'
import { PageHead } from '@/shared/ui/PageHead'
import { PlaceLink } from '@/shared/ui/PlaceLink'
import { Time } from '@/shared/ui/Time'
import { type Fate, fates, type Mail, useBlock, useMail, useMails, useRelease } from './api'
import classes from './mails.module.css'

/** MailsPage shows received mail that has become no ticket, and lets it in. */
export function MailsPage() {
  const { t } = useTranslation()
  const [fate, setFate] = useState<Fate>('held')
  const [open, setOpen] = useState<Mail | null>(null)
  const list = useMails(fate)
  const mails = list.data?.pages.flatMap(p => p.results) ?? []
  return (
    <>
      <PageHead title={t('mails.title')}>
        <SegmentedControl
          size="xs"
          aria-label={t('mails.which')}
          value={fate}
          onChange={v => setFate(v as Fate)}
          data={fates.map(f => ({ value: f, label: t(`mails.fate.${f}`) }))}
        />
      </PageHead>
      <Text size="sm" c="dimmed" px="md" pb="sm">
        {t(`mails.about.${fate}`)}
      </Text>
      {list.error && <ErrorNote error={list.error} retry={() => void list.refetch()} />}
      {!list.data && !list.error && <Loading rows={8} height={40} />}
      {list.data && mails.length === 0 && <Empty title={t(`mails.empty.${fate}`)} />}
      {mails.length > 0 && (
        <Table className={classes.table} aria-label={t(`mails.fate.${fate}`)} highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('mails.from')}</Table.Th>
              <Table.Th>{t('mails.subject')}</Table.Th>
              <Table.Th>{t('mails.reason')}</Table.Th>
              <Table.Th className={classes.when}>{t('mails.received')}</Table.Th>
              <Table.Th className={classes.deeds}>
                <span className="visually-hidden">{t('mails.deeds')}</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {mails.map(m => (
              <Line key={m.id} mail={m} onOpen={() => setOpen(m)} />
            ))}
          </Table.Tbody>
        </Table>
      )}
      {list.hasNextPage && (
        <Group justify="center" p="md">
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t('common.more')}
          </Button>
        </Group>
      )}
      <Drawer
        opened={open !== null}
        onClose={() => setOpen(null)}
        position="right"
        size="lg"
        title={open?.subject || t('mails.noSubject')}
      >
        {open && <Opened mail={open} onDone={() => setOpen(null)} />}
      </Drawer>
    </>
  )
}

function Line({ mail, onOpen }: { mail: Mail; onOpen: () => void }) {
  const { t } = useTranslation()
  return (
    <Table.Tr>
      <Table.Td className={classes.from}>{mail.from || t('common.unknownPerson')}</Table.Td>
      <Table.Td>
        <button type="button" className={classes.open} onClick={onOpen}>
          {mail.subject || t('mails.noSubject')}
        </button>
      </Table.Td>
      <Table.Td>
        <Text size="xs" c="dimmed" lineClamp={2}>
          {mail.reason}
        </Text>
      </Table.Td>
      <Table.Td className={classes.when}>
        <Text size="xs" c="dimmed" span>
          <Time at={mail.received_at} narrow />
        </Text>
      </Table.Td>
      <Table.Td className={classes.deeds}>
        <Deeds mail={mail} />
      </Table.Td>
    </Table.Tr>
  )
}

function Deeds({ mail, onDone }: { mail: Mail; onDone?: () => void }) {
  const { t } = useTranslation()
  const release = useRelease()
  const block = useBlock()
  const ask = async () => {
    const yes = await confirm({
      title: t('mails.blockTitle', { from: mail.from }),
      text: t('mails.blockText'),
      action: t('mails.block'),
      danger: true,
    })
    if (!yes) return
    block.mutate(mail.id, {
      onSuccess: b => {
        say(t('mails.blocked', { address: b.address }))
        onDone?.()
      },
    })
  }
  if (mail.ticket > 0) {
    return <PlaceLink to={places.ticket(mail.ticket)}>{t('mails.ticket', { id: mail.ticket })}</PlaceLink>
  }
  return (
    <Group gap="xs" wrap="nowrap" justify="flex-end">
      {mail.fate === 'held' && (
        <Button
          size="compact-sm"
          variant="light"
          loading={release.isPending}
          onClick={() =>
            release.mutate(mail.id, {
              onSuccess: () => {
                say(t('mails.released'))
                onDone?.()
              },
            })
          }
        >
          {t('mails.release')}
        </Button>
      )}
      <Button size="compact-sm" variant="default" loading={block.isPending} onClick={() => void ask()}>
        {t('mails.block')}
      </Button>
    </Group>
  )
}

function Opened({ mail, onDone }: { mail: Mail; onDone: () => void }) {
  const { t } = useTranslation()
  const { data, error, refetch } = useMail(mail.id)
  return (
    <Stack>
      <Text size="sm">
        {t('mails.from')}: {mail.from}
        <br />
        {t('mails.to')}: {mail.to}
      </Text>
      {mail.reason && (
        <Text size="sm" c="dimmed">
          {mail.reason}
        </Text>
      )}
      <Deeds mail={mail} onDone={onDone} />
      {error && <ErrorNote error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading rows={4} />}
      {data && <div className={classes.text}>{data.text || t('mails.noText')}</div>}
    </Stack>
  )
}
