import { ActionIcon, Group, Pill, Popover, Text, TextInput, Tooltip } from '@mantine/core'
import { IconAlertTriangle, IconUserPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/api/client'
import { recipientsQuery } from './api'
import classes from './Composer.module.css'

type Recipient = Schema<'Recipient'>

/** Recipients are exactly those who will receive a reply, as the mail itself will have them. */
export function Recipients({
  ticket,
  add,
  remove,
  onAdd,
  onRemove,
}: {
  ticket: number
  add: string[]
  remove: string[]
  onAdd: (address: string) => void
  onRemove: (address: string) => void
}) {
  const { t } = useTranslation()
  const { data, error } = useQuery(recipientsQuery(ticket, add, remove))
  if (error) return <Text size="sm">{t('composer.to.unknown')}</Text>
  if (!data) return <div className={classes.to} />
  const [to, cc] = [data.results.filter(r => !r.cc), data.results.filter(r => r.cc)]
  return (
    <div className={classes.to}>
      <Group gap={6} role="group" aria-label={t('composer.to.label')}>
        <Text size="sm" c="dimmed">
          {t('composer.to.to')}
        </Text>
        {to.map(r => (
          <Chip key={r.address} r={r} />
        ))}
        {data.results.length === 0 && (
          <Text size="sm" fw={600} className={classes.warn}>
            <IconAlertTriangle size={14} aria-hidden /> {t('composer.to.none')}
          </Text>
        )}
        {cc.length > 0 && (
          <Text size="sm" c="dimmed">
            {t('composer.to.cc')}
          </Text>
        )}
        {cc.map(r => (
          <Chip key={r.address} r={r} onRemove={() => onRemove(r.address)} />
        ))}
        <AddCopy onAdd={onAdd} />
        {!data.leaves && (
          <Text size="sm" className={classes.warn}>
            <IconAlertTriangle size={14} aria-hidden /> {t('composer.to.noMail')}
          </Text>
        )}
      </Group>
    </div>
  )
}

function Chip({ r, onRemove }: { r: Recipient; onRemove?: () => void }) {
  const { t } = useTranslation()
  const flags = [
    r.bad && t('composer.to.bad'),
    r.outside && r.cc && t('composer.to.outside'),
    r.first && t('composer.to.first'),
  ].filter(Boolean)
  return (
    <Tooltip label={r.bad ? `${r.address}: ${r.bad}` : r.address} multiline maw={360}>
      <Pill
        size="md"
        className={r.bad ? classes.bad : flags.length > 0 ? classes.odd : undefined}
        withRemoveButton={!!onRemove}
        onRemove={onRemove}
        removeButtonProps={{
          'aria-label': t('composer.to.remove', { address: r.address }),
          'aria-hidden': false,
          tabIndex: 0,
        }}
      >
        {r.name && <span className={classes.name}>{r.name} · </span>}
        {r.address}
        {flags.length > 0 && <b> · {flags.join(', ')}</b>}
      </Pill>
    </Tooltip>
  )
}

function AddCopy({ onAdd }: { onAdd: (address: string) => void }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const [address, setAddress] = useState('')
  const [wrong, setWrong] = useState(false)
  return (
    <Popover opened={open} onChange={setOpen} trapFocus returnFocus withArrow>
      <Popover.Target>
        <ActionIcon
          size="sm"
          onClick={() => setOpen(o => !o)}
          aria-label={t('composer.to.add')}
          title={t('composer.to.add')}
        >
          <IconUserPlus size={15} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          onSubmit={e => {
            e.preventDefault()
            e.stopPropagation()
            const a = address.trim()
            if (!/^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@.]+$/.test(a)) return setWrong(true)
            onAdd(a)
            setAddress('')
            setOpen(false)
          }}
        >
          <TextInput
            label={t('composer.to.add')}
            type="email"
            value={address}
            error={wrong && t('composer.to.wrong')}
            onChange={e => {
              setAddress(e.currentTarget.value)
              setWrong(false)
            }}
          />
        </form>
      </Popover.Dropdown>
    </Popover>
  )
}
