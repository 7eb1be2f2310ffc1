import { ActionIcon, Badge, Button, Loader, Modal, Select, Stack, Switch, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { IconArrowDown, IconArrowUp, IconGripVertical, IconPencil, IconPlus, IconTrash } from '@tabler/icons-react'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { applyErrors } from '@/shared/forms'
import { say } from '@/shared/notify'
import { Empty } from '@/shared/ui/Empty'
import { ErrorNote } from '@/shared/ui/ErrorNote'
import { Loading } from '@/shared/ui/Loading'
import { PageHead } from '@/shared/ui/PageHead'
import { Buttons, Failure } from './Form'
import { type UsedType, useOrderTypes, useRemoveType, useSaveType, useTicketTypes } from './labels'
import { moved } from './moved'
import classes from './pages.module.css'
import { Uses } from './Uses'

/** TypesPage is what kinds of tickets there are, and in which order they are offered. */
export function TypesPage() {
  const { t } = useTranslation()
  const types = useTicketTypes()
  const order = useOrderTypes()
  const [editing, setEditing] = useState<UsedType | 'new' | null>(null)
  const [removing, setRemoving] = useState<UsedType | null>(null)
  const [over, setOver] = useState<number | null>(null)
  const dragged = useRef<number | null>(null)
  if (types.isError) return <ErrorNote error={types.error} retry={() => void types.refetch()} />
  const rows = types.data?.results ?? []
  const ids = rows.map(x => x.id)
  const put = (x: UsedType, to: number) =>
    order.mutate(moved(ids, x.id, to), {
      onSuccess: () => say(t('ticketTypes.moved', { name: x.name, place: to + 1 })),
    })
  return (
    <>
      <PageHead title={t('ticketTypes.title')}>
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setEditing('new')}>
          {t('ticketTypes.new')}
        </Button>
      </PageHead>
      <Text size="sm" c="dimmed" className={classes.lead}>
        {t('ticketTypes.text')}
      </Text>
      {types.isPending && <Loading />}
      {types.data && rows.length === 0 && <Empty title={t('ticketTypes.none')} text={t('ticketTypes.noneText')} />}
      {rows.length > 0 && (
        <ul className={classes.list} aria-label={t('ticketTypes.title')}>
          {rows.map((x, i) => (
            <li
              key={x.id}
              className={classes.row}
              data-over={over === x.id || undefined}
              onDragOver={e => {
                if (dragged.current === null) return
                e.preventDefault()
                setOver(x.id)
              }}
              onDrop={e => {
                e.preventDefault()
                setOver(null)
                const from = rows.find(y => y.id === dragged.current)
                if (from && from.id !== x.id) put(from, i)
                dragged.current = null
              }}
            >
              <span
                className={classes.grip}
                draggable
                aria-hidden
                onDragStart={e => {
                  dragged.current = x.id
                  e.dataTransfer.effectAllowed = 'move'
                  e.dataTransfer.setData('text/plain', x.name)
                }}
                onDragEnd={() => {
                  dragged.current = null
                  setOver(null)
                }}
              >
                <IconGripVertical size={15} />
              </span>
              <div className={classes.main}>
                <Text span size="sm" fw={600} mr="xs">
                  {x.name}
                </Text>
                {!x.public && (
                  <Badge variant="default" size="sm" className={classes.badge} mr="xs">
                    {t('ticketTypes.agentsOnly')}
                  </Badge>
                )}
                {x.moving && (
                  <Badge
                    variant="light"
                    size="sm"
                    className={classes.badge}
                    leftSection={<Loader size={10} aria-hidden />}
                  >
                    {t('ticketTypes.moving')}
                  </Badge>
                )}
              </div>
              <Uses row={x} />
              <div className={classes.acts}>
                <ActionIcon
                  aria-label={t('ticketTypes.up', { name: x.name })}
                  aria-disabled={i === 0}
                  data-disabled={i === 0 || undefined}
                  onClick={() => i > 0 && put(x, i - 1)}
                >
                  <IconArrowUp size={16} aria-hidden />
                </ActionIcon>
                <ActionIcon
                  aria-label={t('ticketTypes.down', { name: x.name })}
                  aria-disabled={i === rows.length - 1}
                  data-disabled={i === rows.length - 1 || undefined}
                  onClick={() => i < rows.length - 1 && put(x, i + 1)}
                >
                  <IconArrowDown size={16} aria-hidden />
                </ActionIcon>
                <ActionIcon aria-label={t('ticketTypes.changeOne', { name: x.name })} onClick={() => setEditing(x)}>
                  <IconPencil size={16} aria-hidden />
                </ActionIcon>
                <ActionIcon
                  color="red"
                  aria-label={t('ticketTypes.removeOne', { name: x.name })}
                  disabled={x.moving}
                  onClick={() => setRemoving(x)}
                >
                  <IconTrash size={16} aria-hidden />
                </ActionIcon>
              </div>
            </li>
          ))}
        </ul>
      )}
      <Modal
        closeButtonProps={{ 'aria-label': t('common.close') }}
        opened={editing !== null}
        onClose={() => setEditing(null)}
        title={t(editing === 'new' ? 'ticketTypes.new' : 'ticketTypes.change')}
      >
        {editing && <TypeForm type={editing === 'new' ? null : editing} done={() => setEditing(null)} />}
      </Modal>
      <Modal
        closeButtonProps={{ 'aria-label': t('common.close') }}
        opened={removing !== null}
        onClose={() => setRemoving(null)}
        title={removing && t('ticketTypes.removeOne', { name: removing.name })}
      >
        {removing && (
          <RemoveType
            type={rows.find(x => x.id === removing.id) ?? removing}
            others={rows.filter(x => x.id !== removing.id && !x.moving)}
            done={() => setRemoving(null)}
          />
        )}
      </Modal>
    </>
  )
}

function TypeForm({ type, done }: { type: UsedType | null; done: () => void }) {
  const { t } = useTranslation()
  const save = useSaveType()
  const [shown, setShown] = useState(false)
  const form = useForm({ initialValues: { name: type?.name ?? '', public: type?.public ?? true } })
  return (
    <form
      onSubmit={form.onSubmit(body =>
        save.mutate(
          { id: type?.id ?? null, ...body },
          {
            onSuccess: () => {
              say(t('common.saved'))
              done()
            },
            onError: e => setShown(applyErrors(form, e)),
          },
        ),
      )}
    >
      <Stack>
        <TextInput
          label={t('ticketTypes.name')}
          required
          maxLength={100}
          data-autofocus
          {...form.getInputProps('name')}
        />
        <Switch
          label={t('ticketTypes.public')}
          description={t('ticketTypes.publicText')}
          {...form.getInputProps('public', { type: 'checkbox' })}
        />
        <Failure error={save.error} shown={shown} />
        <Buttons cancel={done} action={t('common.save')} loading={save.isPending} />
      </Stack>
    </form>
  )
}

function RemoveType({ type, others, done }: { type: UsedType; others: UsedType[]; done: () => void }) {
  const { t } = useTranslation()
  const remove = useRemoveType()
  const [to, setTo] = useState<string | null>(null)
  const used = type.tickets > 0
  const fault = remove.error?.fields.replacement?.join(' ')
  return (
    <form
      onSubmit={e => {
        e.preventDefault()
        remove.mutate(
          { id: type.id, replacement: used ? Number(to) : 0 },
          {
            onSuccess: () => {
              say(t(used ? 'ticketTypes.removing' : 'ticketTypes.removed', { name: type.name }))
              done()
            },
          },
        )
      }}
    >
      <Stack>
        {used ? (
          <>
            <Text size="sm">
              {t(type.more ? 'ticketTypes.inUseMany' : 'ticketTypes.inUse', { count: type.tickets, name: type.name })}
            </Text>
            <Select
              label={t('ticketTypes.instead')}
              required
              searchable
              data-autofocus
              openOnFocus={false}
              data={others.map(x => ({ value: String(x.id), label: x.name }))}
              value={to}
              onChange={setTo}
              error={fault}
            />
          </>
        ) : (
          <Text size="sm">{t('ticketTypes.unused')}</Text>
        )}
        <Failure error={remove.error} shown={fault !== undefined} />
        <Buttons
          cancel={done}
          action={t('common.delete')}
          loading={remove.isPending}
          disabled={used && to === null}
          danger
        />
      </Stack>
    </form>
  )
}
