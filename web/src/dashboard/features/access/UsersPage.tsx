import { ActionIcon, Badge, Button, Menu, Modal, Text, Title } from '@mantine/core'
import { IconDots, IconPlus, IconShieldCheck, IconShieldOff } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { confirm } from '@/shared/confirm'
import { useMe } from '@/shared/me'
import { say } from '@/shared/notify'
import { ErrorNote } from '@/shared/ui/ErrorNote'
import { Initials } from '@/shared/ui/Initials'
import { Loading } from '@/shared/ui/Loading'
import { PageHead } from '@/shared/ui/PageHead'
import { Time } from '@/shared/ui/Time'
import classes from './access.module.css'
import {
  type Invitation,
  type Member,
  type PermissionGroup,
  useGroupList,
  useInvitations,
  useMembers,
  useResetLink,
  useTakeBack,
} from './api'
import { ChangeMember, InviteForm, LinkOnce, RemoveForm } from './UserForms'

type Open =
  | { what: 'invite' }
  | { what: 'change' | 'remove'; member: Member }
  | { what: 'link'; kind: 'invitation' | 'reset'; url: string; mailed: boolean; email: string }

/** UsersPage is who may sign in to the store. */
export function UsersPage() {
  const { t } = useTranslation()
  const members = useMembers()
  const invitations = useInvitations()
  const groups = useGroupList().data?.results ?? []
  const [open, setOpen] = useState<Open | null>(null)
  const close = () => setOpen(null)
  const reset = useResetLink()
  if (members.isError) return <ErrorNote error={members.error} retry={() => void members.refetch()} />
  const makeLink = async (m: Member) => {
    const sure = await confirm({
      title: t('access.users.reset'),
      text: t('access.users.resetText', { name: m.name }),
      action: t('access.users.resetMake'),
    })
    if (sure) {
      reset.mutate(m.account, {
        onSuccess: l => setOpen({ what: 'link', kind: 'reset', url: l.url, mailed: l.mailed, email: m.email }),
      })
    }
  }
  return (
    <>
      <PageHead title={t('access.users.title')}>
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setOpen({ what: 'invite' })}>
          {t('access.users.invite')}
        </Button>
      </PageHead>
      {members.isPending ? (
        <Loading />
      ) : (
        <ul className={classes.list} aria-label={t('access.users.title')}>
          {members.data.results.map(m => (
            <MemberRow
              key={m.account}
              member={m}
              groups={groups}
              onChange={() => setOpen({ what: 'change', member: m })}
              onReset={() => void makeLink(m)}
              onRemove={() => setOpen({ what: 'remove', member: m })}
            />
          ))}
        </ul>
      )}
      {!!invitations.data?.results.length && <Waiting list={invitations.data.results} groups={groups} />}
      <Modal
        closeButtonProps={{ 'aria-label': t('common.close') }}
        opened={open !== null}
        onClose={close}
        title={open && t(`access.users.open.${open.what === 'link' ? open.kind : open.what}`)}
        size="lg"
      >
        {open?.what === 'invite' && (
          <InviteForm
            groups={groups}
            cancel={close}
            done={(email, l) => setOpen({ what: 'link', kind: 'invitation', email, url: l.url, mailed: l.mailed })}
          />
        )}
        {open?.what === 'change' && <ChangeMember member={open.member} groups={groups} done={close} />}
        {open?.what === 'remove' && (
          <RemoveForm member={open.member} colleagues={members.data?.results ?? []} done={close} />
        )}
        {open?.what === 'link' && (
          <LinkOnce kind={open.kind} url={open.url} mailed={open.mailed} email={open.email} done={close} />
        )}
      </Modal>
    </>
  )
}

function Rights({ admin, ids, groups }: { admin: boolean; ids: number[]; groups: PermissionGroup[] }) {
  const { t } = useTranslation()
  const mine = groups.filter(g => ids.includes(g.id))
  return (
    <>
      {admin && (
        <Badge variant="filled" mr={4}>
          {t('access.users.admin')}
        </Badge>
      )}
      {mine.map(g => (
        <Badge key={g.id} variant="default" mr={4} tt="none">
          {g.name}
        </Badge>
      ))}
      {!admin && mine.length === 0 && (
        <Text span size="xs" c="dimmed">
          {t('access.users.noRights')}
        </Text>
      )}
    </>
  )
}

type RowProps = {
  member: Member
  groups: PermissionGroup[]
  onChange: () => void
  onReset: () => void
  onRemove: () => void
}

function MemberRow({ member: m, groups, onChange, onReset, onRemove }: RowProps) {
  const { t } = useTranslation()
  const me = useMe()
  const mayTouch = me.admin || !m.admin
  return (
    <li className={classes.row}>
      <span aria-hidden>
        <Initials name={m.name} />
      </span>
      <div className={classes.main}>
        <Text size="sm" fw={600}>
          {m.name}
          {m.account === me.account && ` (${t('common.me')})`}
        </Text>
        <Text size="xs" c="dimmed">
          {m.email}
        </Text>
      </div>
      <div className={classes.tags}>
        <Rights admin={m.admin} ids={m.groups} groups={groups} />
      </div>
      <Badge
        variant="light"
        color={m.second_factor ? 'green' : 'gray'}
        className={classes.badge}
        leftSection={
          m.second_factor ? <IconShieldCheck size={12} aria-hidden /> : <IconShieldOff size={12} aria-hidden />
        }
      >
        {t(m.second_factor ? 'access.users.factor' : 'access.users.noFactor')}
      </Badge>
      <span className={classes.when}>
        {m.last_seen_at ? (
          <>
            {t('access.seen')} <Time at={m.last_seen_at} />
          </>
        ) : (
          t('access.users.neverSeen')
        )}
      </span>
      {mayTouch && (
        <span className={classes.acts}>
          <Button
            variant="default"
            size="compact-sm"
            onClick={onChange}
            aria-label={t('access.users.changeOne', { name: m.name })}
          >
            {t('access.change')}
          </Button>
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon aria-label={t('access.users.more', { name: m.name })}>
                <IconDots size={16} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={onReset}>{t('access.users.reset')}</Menu.Item>
              <Menu.Item color="red" onClick={onRemove}>
                {t('access.users.remove')}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </span>
      )}
    </li>
  )
}

function Waiting({ list, groups }: { list: Invitation[]; groups: PermissionGroup[] }) {
  const { t } = useTranslation()
  const back = useTakeBack()
  return (
    <section aria-labelledby="waiting">
      <Title order={2} id="waiting" px="md" pt="lg" pb="xs">
        {t('access.users.waiting')}
      </Title>
      <ul className={classes.list}>
        {list.map(i => (
          <li key={i.id} className={classes.row}>
            <div className={classes.main}>
              <Text size="sm">{i.email}</Text>
              {i.name && (
                <Text size="xs" c="dimmed">
                  {i.name}
                </Text>
              )}
            </div>
            <div className={classes.tags}>
              <Rights admin={i.admin} ids={i.groups} groups={groups} />
            </div>
            <span className={classes.side}>
              {t('access.users.ends')} <Time at={i.expires_at} />
            </span>
            <Button
              variant="default"
              size="compact-sm"
              loading={back.isPending && back.variables === i.id}
              aria-label={t('access.users.takeBackOne', { email: i.email })}
              onClick={() => back.mutate(i.id, { onSuccess: () => say(t('access.users.takenBack')) })}
            >
              {t('access.users.takeBack')}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}
