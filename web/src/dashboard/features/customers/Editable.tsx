import { Box, Button, Group, Text, Textarea, TextInput, UnstyledButton } from '@mantine/core'
import { IconPencil } from '@tabler/icons-react'
import { type KeyboardEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '@/api/client'
import { sayProblem } from '@/shared/notify'
import classes from './customers.module.css'

type Props = {
  label: string
  value: string
  save: (value: string) => Promise<unknown>
  long?: boolean
  hint?: string
  maxLength?: number
  readOnly?: boolean
  type?: 'tel' | 'text'
}

/** Editable shows a value that becomes a field when it is pressed; what was typed stays until it is saved or given up. */
export function Editable({ label, value, save, long, hint, maxLength = 255, readOnly, type }: Props) {
  const { t } = useTranslation()
  const [draft, setDraft] = useState<string | null>(null)
  const [wrong, setWrong] = useState<string | null>(null)
  const [saving, setSaving] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const end = () => {
    setDraft(null)
    setWrong(null)
    requestAnimationFrame(() => button.current?.focus())
  }
  const commit = async () => {
    if (draft === null || saving) return
    if (draft.trim() === value) return end()
    setSaving(true)
    try {
      await save(draft.trim())
      end()
    } catch (e) {
      if (!(e instanceof Problem)) throw e
      const words = Object.values(e.fields).flat().join(' ')
      setWrong(words || null)
      if (!words) sayProblem(e)
    } finally {
      setSaving(false)
    }
  }
  const press = (e: KeyboardEvent) => {
    if (e.key === 'Escape') {
      e.stopPropagation()
      end()
    }
    if (e.key === 'Enter' && (!long || e.ctrlKey || e.metaKey)) {
      e.preventDefault()
      void commit()
    }
  }
  if (draft === null || readOnly) {
    return (
      <Box>
        <Text size="xs" c="dimmed">
          {label}
        </Text>
        {readOnly ? (
          <Text size="sm">{value || '–'}</Text>
        ) : (
          <UnstyledButton
            ref={button}
            className={classes.value}
            aria-label={t('customers.edit', { field: label, value: value || t('customers.empty') })}
            onClick={() => setDraft(value)}
          >
            {value ? (
              <span>{value}</span>
            ) : (
              <Text span size="sm" c="dimmed">
                {t('customers.empty')}
              </Text>
            )}
            <IconPencil size={14} className={classes.pencil} aria-hidden />
          </UnstyledButton>
        )}
      </Box>
    )
  }
  const field = {
    label,
    value: draft,
    error: wrong,
    maxLength,
    'data-autofocus': true,
    autoFocus: true,
    onKeyDown: press,
  }
  return (
    <Box>
      {long ? (
        <Textarea
          {...field}
          autosize
          minRows={3}
          maxRows={14}
          description={hint}
          onChange={e => setDraft(e.currentTarget.value)}
        />
      ) : (
        <TextInput {...field} type={type} onChange={e => setDraft(e.currentTarget.value)} />
      )}
      <Group gap="xs" mt={6}>
        <Button size="compact-sm" loading={saving} onClick={() => void commit()}>
          {t('common.save')}
        </Button>
        <Button size="compact-sm" variant="default" onClick={end}>
          {t('common.cancel')}
        </Button>
      </Group>
    </Box>
  )
}
