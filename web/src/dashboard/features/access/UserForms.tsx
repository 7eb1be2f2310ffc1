import { Alert, Button, Checkbox, Group, Radio, Select, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem, type Schema } from '@/api/client'
import { applyErrors } from '@/shared/forms'
import { useMe } from '@/shared/me'
import { say, words } from '@/shared/notify'
import { Copyable, OneTime } from '@/shared/ui/OneTime'
import { type Member, type PermissionGroup, useChangeMember, useInvite, useMemberTickets, useRemoveMember } from './api'

/** Failure is a refusal that belongs to no field. */
export function Failure({ error, shown }: { error: unknown; shown?: boolean }) {
  if (!(error instanceof Problem) || shown) return null
  return (
    <Alert color="red" role="alert">
      {error.code === 'conflict' || error.code === 'invalid' || error.code === 'forbidden'
        ? [error.message, ...Object.values(error.fields).flat()].filter(Boolean).join(' ') || words(error)
        : words(error)}
    </Alert>
  )
}

/** Buttons end a form. */
export function Buttons({
  cancel,
  action,
  loading,
  danger,
}: {
  cancel: () => void
  action: string
  loading: boolean
  danger?: boolean
}) {
  const { t } = useTranslation()
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={cancel}>
        {t('common.cancel')}
      </Button>
      <Button type="submit" loading={loading} color={danger ? 'red' : undefined}>
        {action}
      </Button>
    </Group>
  )
}

type Rights = { admin: boolean; groups: number[] }

/** RightsFields are what somebody may do: all of it, or what their groups give. */
function RightsFields({
  value,
  onChange,
  groups,
}: {
  value: Rights
  onChange: (r: Rights) => void
  groups: PermissionGroup[]
}) {
  const { t } = useTranslation()
  const me = useMe()
  return (
    <>
      {me.admin && (
        <Checkbox
          label={t('access.users.makeAdmin')}
          description={t('access.users.makeAdminText')}
          checked={value.admin}
          onChange={e => onChange({ ...value, admin: e.currentTarget.checked })}
        />
      )}
      {groups.length > 0 ? (
        <Checkbox.Group
          label={t('access.users.groups')}
          description={value.admin ? t('access.users.groupsAdmin') : t('access.users.groupsText')}
          value={value.groups.map(String)}
          onChange={v => onChange({ ...value, groups: v.map(Number) })}
        >
          <Stack gap="xs" mt="xs">
            {groups.map(g => (
              <Checkbox
                key={g.id}
                value={String(g.id)}
                label={g.name}
                description={
                  g.permissions.map(p => t(`access.permission.${p}`)).join(', ') || t('access.groups.gives0')
                }
                disabled={!me.admin && g.permissions.some(p => !me.can.includes(p))}
              />
            ))}
          </Stack>
        </Checkbox.Group>
      ) : (
        <Text size="sm" c="dimmed">
          {t('access.users.noGroups')}
        </Text>
      )}
    </>
  )
}

type InviteProps = {
  groups: PermissionGroup[]
  cancel: () => void
  done: (email: string, l: Schema<'OneTimeLink'>) => void
}

export function InviteForm({ groups, cancel, done }: InviteProps) {
  const { t } = useTranslation()
  const invite = useInvite()
  const form = useForm({ initialValues: { email: '', name: '', admin: false, groups: [] as number[] } })
  const [shown, setShown] = useState(false)
  return (
    <form
      onSubmit={form.onSubmit(v =>
        invite.mutate(v, {
          onSuccess: l => done(v.email, l),
          onError: e => setShown(applyErrors(form, e)),
        }),
      )}
    >
      <Stack>
        <TextInput
          label={t('access.email')}
          type="email"
          required
          autoComplete="off"
          data-autofocus
          {...form.getInputProps('email')}
        />
        <TextInput label={t('access.name')} autoComplete="off" maxLength={150} {...form.getInputProps('name')} />
        <RightsFields value={form.values} onChange={r => form.setValues(r)} groups={groups} />
        <Failure error={invite.error} shown={shown} />
        <Buttons cancel={cancel} action={t('access.users.inviteMake')} loading={invite.isPending} />
      </Stack>
    </form>
  )
}

export function ChangeMember({
  member: m,
  groups,
  done,
}: {
  member: Member
  groups: PermissionGroup[]
  done: () => void
}) {
  const { t } = useTranslation()
  const change = useChangeMember()
  const [rights, setRights] = useState<Rights>({ admin: m.admin, groups: m.groups })
  return (
    <form
      onSubmit={e => {
        e.preventDefault()
        change.mutate(
          { account: m.account, ...rights },
          {
            onSuccess: () => {
              say(t('access.users.changed', { name: m.name }))
              done()
            },
          },
        )
      }}
    >
      <Stack>
        <div>
          <Text fw={600}>{m.name}</Text>
          <Text size="sm" c="dimmed">
            {m.email}
          </Text>
        </div>
        <RightsFields value={rights} onChange={setRights} groups={groups} />
        <Failure error={change.error} />
        <Buttons cancel={done} action={t('common.save')} loading={change.isPending} />
      </Stack>
    </form>
  )
}

export function RemoveForm({
  member: m,
  colleagues,
  done,
}: {
  member: Member
  colleagues: Member[]
  done: () => void
}) {
  const { t } = useTranslation()
  const me = useMe()
  const tickets = useMemberTickets(m.account)
  const remove = useRemoveMember()
  const [to, setTo] = useState<string | null>(null)
  const [where, setWhere] = useState<'nobody' | 'colleague'>('nobody')
  const count = tickets.data?.count ?? 0
  const others = colleagues.filter(c => c.account !== m.account)
  return (
    <form
      onSubmit={e => {
        e.preventDefault()
        remove.mutate(
          { account: m.account, assign_to: where === 'colleague' && to ? Number(to) : null },
          {
            onSuccess: r => {
              say(t('access.users.removed', { name: m.name, count: r.tickets }))
              done()
              if (m.account === me.account) location.assign('/dashboard/login/')
            },
          },
        )
      }}
    >
      <Stack>
        <Text size="sm">{t('access.users.removeText', { name: m.name })}</Text>
        {count > 0 && (
          <>
            <Radio.Group
              label={t(tickets.data?.more ? 'access.users.ticketsMany' : 'access.users.tickets', {
                count,
                name: m.name,
              })}
              value={where}
              onChange={v => setWhere(v as typeof where)}
            >
              <Stack gap="xs" mt="xs">
                <Radio value="nobody" label={t('access.users.toNobody')} />
                <Radio value="colleague" label={t('access.users.toColleague')} disabled={others.length === 0} />
              </Stack>
            </Radio.Group>
            {where === 'colleague' && (
              <Select
                label={t('access.users.colleague')}
                required
                searchable
                data={others.map(c => ({ value: String(c.user), label: c.name }))}
                value={to}
                onChange={setTo}
              />
            )}
          </>
        )}
        <Failure error={remove.error} />
        <Buttons
          cancel={done}
          action={t('access.users.removeDo')}
          loading={remove.isPending || tickets.isPending}
          danger
        />
      </Stack>
    </form>
  )
}

type LinkProps = { kind: 'invitation' | 'reset'; url: string; mailed: boolean; email: string; done: () => void }

export function LinkOnce({ kind, url, mailed, email, done }: LinkProps) {
  const { t } = useTranslation()
  return (
    <OneTime warning={t('access.users.linkOnce')} done={done}>
      <Text size="sm">{t(mailed ? 'access.users.mailed' : `access.users.hand.${kind}`, { email })}</Text>
      <Copyable label={t('access.users.link')} text={url} />
    </OneTime>
  )
}
