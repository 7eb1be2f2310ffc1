import { Badge, Button, Checkbox, Modal, MultiSelect, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { confirm } from '@/shared/confirm'
import { applyErrors } from '@/shared/forms'
import { type Permission, useMe } from '@/shared/me'
import { say } from '@/shared/notify'
import { Empty } from '@/shared/ui/Empty'
import { ErrorNote } from '@/shared/ui/ErrorNote'
import { Loading } from '@/shared/ui/Loading'
import { PageHead } from '@/shared/ui/PageHead'
import classes from './access.module.css'
import { type PermissionGroup, useGroupList, useMembers, useRemoveGroup, useSaveGroup } from './api'
import { permissions } from './permissions'
import { Buttons, Failure } from './UserForms'

/** GroupsPage is what agents may do, and to whom tickets can be given together. */
export function GroupsPage() {
  const { t } = useTranslation()
  const groups = useGroupList()
  const remove = useRemoveGroup()
  const [open, setOpen] = useState<PermissionGroup | 'new' | null>(null)
  if (groups.isError) return <ErrorNote error={groups.error} retry={() => void groups.refetch()} />
  const ask = async (g: PermissionGroup) => {
    const sure = await confirm({
      title: t('access.groups.removeOne', { name: g.name }),
      text: t('access.groups.removeText', { count: g.members.length }),
      action: t('access.groups.remove'),
      danger: true,
    })
    if (sure) remove.mutate(g.id, { onSuccess: () => say(t('access.groups.removed', { name: g.name })) })
  }
  const add = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setOpen('new')}>
      {t('access.groups.new')}
    </Button>
  )
  return (
    <>
      <PageHead title={t('access.groups.title')}>{add}</PageHead>
      <Text size="sm" c="dimmed" px="md" pb="sm" maw={720}>
        {t('access.groups.text')}
      </Text>
      {groups.isPending ? (
        <Loading />
      ) : groups.data.results.length === 0 ? (
        <Empty title={t('access.groups.none')} text={t('access.groups.noneText')} />
      ) : (
        <ul className={classes.list} aria-label={t('access.groups.title')}>
          {groups.data.results.map(g => (
            <Row key={g.id} group={g} onChange={() => setOpen(g)} onRemove={() => void ask(g)} />
          ))}
        </ul>
      )}
      <Modal
        closeButtonProps={{ 'aria-label': t('common.close') }}
        opened={open !== null}
        onClose={() => setOpen(null)}
        title={t(open === 'new' ? 'access.groups.new' : 'access.groups.change')}
        size="lg"
      >
        {open && <GroupForm group={open === 'new' ? null : open} done={() => setOpen(null)} />}
      </Modal>
    </>
  )
}

function Row({ group: g, onChange, onRemove }: { group: PermissionGroup; onChange: () => void; onRemove: () => void }) {
  const { t } = useTranslation()
  const me = useMe()
  const mine = me.admin || g.permissions.every(p => me.can.includes(p))
  return (
    <li className={classes.row}>
      <div className={classes.main}>
        <Text size="sm" fw={600}>
          {g.name}
        </Text>
        <Text size="xs" c="dimmed">
          {t('access.groups.members', { count: g.members.length })}
        </Text>
      </div>
      <div className={classes.tags}>
        {g.permissions.map(p => (
          <Badge key={p} variant="default" tt="none" mr={4}>
            {t(`access.permission.${p}`)}
          </Badge>
        ))}
        {g.permissions.length === 0 && (
          <Text span size="xs" c="dimmed">
            {t('access.groups.gives0')}
          </Text>
        )}
      </div>
      {mine && (
        <>
          <Button
            variant="default"
            size="compact-sm"
            onClick={onChange}
            aria-label={t('access.groups.changeOne', { name: g.name })}
          >
            {t('access.change')}
          </Button>
          <Button
            variant="subtle"
            color="red"
            size="compact-sm"
            onClick={onRemove}
            aria-label={t('access.groups.removeOne', { name: g.name })}
          >
            {t('access.groups.remove')}
          </Button>
        </>
      )}
    </li>
  )
}

function GroupForm({ group, done }: { group: PermissionGroup | null; done: () => void }) {
  const { t } = useTranslation()
  const me = useMe()
  const members = useMembers().data?.results ?? []
  const save = useSaveGroup()
  const [shown, setShown] = useState(false)
  const form = useForm({
    initialValues: {
      name: group?.name ?? '',
      permissions: (group?.permissions ?? ['tickets']) as Permission[],
      members: group?.members ?? [],
    },
  })
  return (
    <form
      onSubmit={form.onSubmit(body =>
        save.mutate(
          { group: group?.id ?? null, body },
          {
            onSuccess: () => {
              say(t('access.groups.saved', { name: body.name }))
              done()
            },
            onError: e => setShown(applyErrors(form, e)),
          },
        ),
      )}
    >
      <Stack>
        <TextInput label={t('access.name')} required maxLength={60} data-autofocus {...form.getInputProps('name')} />
        <Checkbox.Group
          label={t('access.groups.permissions')}
          value={form.values.permissions}
          onChange={v => form.setFieldValue('permissions', v as Permission[])}
        >
          <Stack gap="xs" mt="xs">
            {permissions.map(p => (
              <Checkbox
                key={p}
                value={p}
                label={t(`access.permission.${p}`)}
                description={t(`access.permissionText.${p}`)}
                disabled={!me.can.includes(p)}
              />
            ))}
          </Stack>
        </Checkbox.Group>
        <MultiSelect
          label={t('access.groups.membersField')}
          description={t('access.groups.membersText')}
          searchable
          data={members.map(m => ({ value: String(m.account), label: m.name, disabled: m.admin && !me.admin }))}
          value={form.values.members.map(String)}
          onChange={v => form.setFieldValue('members', v.map(Number))}
          error={form.errors.members}
        />
        <Failure error={save.error} shown={shown} />
        <Buttons cancel={done} action={t('common.save')} loading={save.isPending} />
      </Stack>
    </form>
  )
}
