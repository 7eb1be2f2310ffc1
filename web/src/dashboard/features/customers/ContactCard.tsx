import { Card, Select, Stack, TagsInput, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Problem } from '@/api/client'
import { sayProblem } from '@/shared/notify'
import { Time } from '@/shared/ui/Time'
import { Addresses } from './Addresses'
import { type Customer, useEdit } from './api'
import classes from './customers.module.css'
import { Editable } from './Editable'
import { languageCodes, languageName } from './names'

/** ContactCard is what is known of a customer; each field is changed where it stands. */
export function ContactCard({ customer: c, readOnly }: { customer: Customer; readOnly: boolean }) {
  const { t, i18n } = useTranslation()
  const edit = useEdit(c.id)
  const save = (field: 'first_name' | 'last_name' | 'phone_number' | 'note') => (value: string) =>
    edit.mutateAsync({ [field]: value })
  const choose = (part: Parameters<typeof edit.mutate>[0]) =>
    edit.mutate(part, { onError: e => e instanceof Problem && sayProblem(e) })
  const common = { readOnly }
  return (
    <Card withBorder padding="md" component="section" aria-label={t('customers.contact')}>
      <Stack gap="sm">
        <Title order={2}>{t('customers.contact')}</Title>
        <Editable {...common} label={t('customers.firstName')} value={c.first_name} save={save('first_name')} />
        <Editable {...common} label={t('customers.lastName')} value={c.last_name} save={save('last_name')} />
        <Addresses customer={c} readOnly={readOnly} />
        <Editable
          {...common}
          type="tel"
          label={t('customers.phone')}
          value={c.phone_number ?? ''}
          save={save('phone_number')}
        />
        <Select
          label={t('customers.language')}
          placeholder={t('customers.empty')}
          searchable
          clearable
          disabled={readOnly}
          data={[...new Set([...languageCodes, ...(c.language ? [c.language] : [])])].map(v => ({
            value: v,
            label: languageName(v, i18n.language),
          }))}
          value={c.language}
          onChange={v => choose({ language: v ?? '' })}
        />
        <TagsInput
          label={t('customers.tags')}
          placeholder={readOnly || c.tags.length ? undefined : t('customers.tagsHint')}
          maxTags={50}
          maxLength={255}
          disabled={readOnly}
          value={c.tags}
          onChange={tags => choose({ tags })}
        />
        <div className={classes.note}>
          <Editable
            {...common}
            long
            label={t('customers.note')}
            hint={t('customers.noteHint')}
            maxLength={10_000}
            value={c.note}
            save={save('note')}
          />
          {c.note_at && (
            <Text size="xs" c="dimmed" mt={4}>
              {t('customers.noteAt')} <Time at={c.note_at} />
            </Text>
          )}
        </div>
      </Stack>
    </Card>
  )
}
