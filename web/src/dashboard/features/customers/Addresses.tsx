import { ActionIcon, Anchor, Badge, Button, Group, Menu, Stack, Text, TextInput } from '@mantine/core'
import { IconDots, IconTrash } from '@tabler/icons-react'
import { type FormEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '@/api/client'
import { confirm } from '@/shared/confirm'
import { sayProblem } from '@/shared/notify'
import { type AddressChange, type Customer, useAddress } from './api'

/** Addresses are a customer's e-mail addresses, and what can be done with each. */
export function Addresses({ customer, readOnly }: { customer: Customer; readOnly: boolean }) {
  const { t } = useTranslation()
  const change = useAddress(customer.id)
  const remove = async (address: string) => {
    const yes = await confirm({
      title: t('customers.email.removeTitle', { address }),
      text: t('customers.email.removeText'),
      action: t('customers.email.remove'),
      danger: true,
    })
    if (yes) change.mutate({ action: 'remove', address })
  }
  return (
    <Stack gap={6}>
      <Text size="xs" c="dimmed">
        {t('customers.email.title')}
      </Text>
      {customer.addresses.length === 0 && <Text size="sm">{t('customers.email.none')}</Text>}
      {customer.addresses.map(a => (
        <Stack key={a.address} gap={2}>
          <Group gap={6} wrap="nowrap" justify="space-between">
            <Anchor href={`mailto:${a.address}`} size="sm" truncate>
              {a.address}
            </Anchor>
            {!readOnly && !(a.first && !a.bad) && (
              <AddressMenu address={a} change={change.mutate} remove={() => void remove(a.address)} />
            )}
          </Group>
          <Group gap={4}>
            {a.first && customer.addresses.length > 1 && (
              <Badge size="xs" variant="default">
                {t('customers.email.first')}
              </Badge>
            )}
            {a.blocked && (
              <Badge size="xs" color="red" variant="light">
                {t('customers.email.blocked')}
              </Badge>
            )}
            {a.bad && (
              <Badge size="xs" color="orange" variant="light">
                {t('customers.email.bad')}
              </Badge>
            )}
          </Group>
          {a.bad && (
            <Text size="xs" c="dimmed" lineClamp={3}>
              {t('customers.email.badWhy', { reason: a.bad })}
            </Text>
          )}
        </Stack>
      ))}
      {!readOnly && <NewAddress id={customer.id} />}
    </Stack>
  )
}

type MenuProps = { address: Customer['addresses'][number]; change: (c: AddressChange) => void; remove: () => void }

function AddressMenu({ address: a, change, remove }: MenuProps) {
  const { t } = useTranslation()
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={t('customers.email.menu', { address: a.address })}>
          <IconDots size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {a.bad && (
          <Menu.Item onClick={() => change({ action: 'clear', address: a.address })}>
            {t('customers.email.clear')}
          </Menu.Item>
        )}
        {!a.first && (
          <>
            <Menu.Item onClick={() => change({ action: 'first', address: a.address })}>
              {t('customers.email.makeFirst')}
            </Menu.Item>
            <Menu.Item leftSection={<IconTrash size={16} aria-hidden />} onClick={remove}>
              {t('customers.email.remove')}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}

function NewAddress({ id }: { id: number }) {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const [wrong, setWrong] = useState<string | null>(null)
  const [open, setOpen] = useState(false)
  const box = useRef<HTMLInputElement>(null)
  const opener = useRef<HTMLButtonElement>(null)
  const close = () => {
    setOpen(false)
    setText('')
    setWrong(null)
    requestAnimationFrame(() => opener.current?.focus())
  }
  const add = useAddress(id, true)
  const submit = (e: FormEvent) => {
    e.preventDefault()
    add.mutate(
      { action: 'add', address: text.trim() },
      {
        onSuccess: close,
        onError: p => {
          const words = p instanceof Problem ? Object.values(p.fields).flat().join(' ') : ''
          setWrong(words || null)
          if (!words && p instanceof Problem) sayProblem(p)
        },
      },
    )
  }
  if (!open) {
    return (
      <Button
        ref={opener}
        size="compact-sm"
        variant="subtle"
        justify="start"
        w="fit-content"
        onClick={() => setOpen(true)}
      >
        {t('customers.email.add')}
      </Button>
    )
  }
  return (
    <form
      onSubmit={submit}
      noValidate
      onKeyDown={e => {
        if (e.key !== 'Escape') return
        e.stopPropagation()
        close()
      }}
    >
      <Group gap={6} align="end" wrap="nowrap">
        <TextInput
          ref={box}
          type="email"
          size="xs"
          flex={1}
          autoFocus
          label={t('customers.email.new')}
          value={text}
          error={wrong}
          maxLength={254}
          onChange={e => setText(e.currentTarget.value)}
        />
        <Button type="submit" size="xs" variant="default" loading={add.isPending} disabled={!text.trim()}>
          {t('customers.add')}
        </Button>
      </Group>
    </form>
  )
}
