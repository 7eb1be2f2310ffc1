import { Badge, Button, Checkbox, Collapse, Group, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDisclosure } from '@mantine/hooks'
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/api/client'
import { applyErrors } from '@/shared/forms'
import { Loading } from '@/shared/ui/Loading'
import classes from './access.module.css'
import { type App, type Scope, useMakeApp, useScopes } from './api'
import { Buttons, Failure } from './UserForms'

type Props = { kind: App['kind']; cancel: () => void; done: (r: Schema<'RevealedApp'>) => void }

/** AppForm makes a program's way in: a token of one's own, or an app of a partner. */
export function AppForm({ kind, cancel, done }: Props) {
  const { t } = useTranslation()
  const make = useMakeApp()
  const [shown, setShown] = useState(false)
  const form = useForm({
    initialValues: { name: '', app_url: '', redirect_uris: '', public: false, scopes: [] as string[] },
  })
  return (
    <form
      onSubmit={form.onSubmit(({ redirect_uris, ...rest }) =>
        make.mutate(
          {
            ...rest,
            kind,
            redirect_uris: redirect_uris
              .split('\n')
              .map(u => u.trim())
              .filter(Boolean),
          },
          { onSuccess: done, onError: e => setShown(applyErrors(form, e)) },
        ),
      )}
    >
      <Stack>
        <Text size="sm" c="dimmed">
          {t(`access.apps.newText.${kind}`)}
        </Text>
        <TextInput label={t('access.name')} required maxLength={100} data-autofocus {...form.getInputProps('name')} />
        {kind === 'oauth' && (
          <>
            <TextInput
              label={t('access.apps.url')}
              description={t('access.apps.urlText')}
              type="url"
              {...form.getInputProps('app_url')}
            />
            <Textarea
              label={t('access.apps.redirects')}
              description={t('access.apps.redirectsText')}
              required
              autosize
              minRows={2}
              spellCheck={false}
              {...form.getInputProps('redirect_uris')}
            />
            <Checkbox
              label={t('access.apps.public')}
              description={t('access.apps.publicText')}
              {...form.getInputProps('public', { type: 'checkbox' })}
            />
          </>
        )}
        <ScopeFields
          label={t('access.apps.scopes')}
          description={t(`access.apps.scopesText.${kind}`)}
          value={form.values.scopes}
          onChange={v => form.setFieldValue('scopes', v)}
          error={form.errors.scopes as string | undefined}
        />
        <Failure error={make.error} shown={shown} />
        <Buttons cancel={cancel} action={t('access.apps.create')} loading={make.isPending} />
      </Stack>
    </form>
  )
}

type ScopeProps = {
  label: string
  description: string
  value: string[]
  onChange: (v: string[]) => void
  error?: string
}

/** ScopeFields lists what there is to give, by resource; what covers nothing here comes folded. */
function ScopeFields({ label, description, value, onChange, error }: ScopeProps) {
  const { t } = useTranslation()
  const scopes = useScopes()
  const [absent, { toggle }] = useDisclosure()
  if (!scopes.data) return <Loading rows={4} />
  const here = byResource(scopes.data.results.filter(s => s.served))
  const elsewhere = byResource(scopes.data.results.filter(s => !s.served))
  return (
    <Checkbox.Group label={label} description={description} value={value} onChange={onChange} error={error} required>
      <Stack gap="sm" mt="xs">
        {here.map(([resource, list]) => (
          <Resource key={resource} resource={resource} list={list} />
        ))}
        <div>
          <Button
            variant="default"
            size="compact-sm"
            onClick={toggle}
            aria-expanded={absent}
            leftSection={
              absent ? <IconChevronDown size={14} aria-hidden /> : <IconChevronRight size={14} aria-hidden />
            }
          >
            {t('access.apps.absent')}
          </Button>
          <Collapse expanded={absent}>
            <Text size="xs" c="dimmed" my="xs">
              {t('access.apps.absentText')}
            </Text>
            <Stack gap="sm">
              {elsewhere.map(([resource, list]) => (
                <Resource key={resource} resource={resource} list={list} absent />
              ))}
            </Stack>
          </Collapse>
        </div>
      </Stack>
    </Checkbox.Group>
  )
}

function byResource(list: Scope[]): [string, Scope[]][] {
  const found = new Map<string, Scope[]>()
  for (const s of list) found.set(s.resource, [...(found.get(s.resource) ?? []), s])
  return [...found]
}

function Resource({ resource, list, absent }: { resource: string; list: Scope[]; absent?: boolean }) {
  const { t } = useTranslation()
  return (
    <fieldset style={{ border: 0, margin: 0, padding: 0 }}>
      <Group component="legend" gap="xs" p={0} mb={2}>
        <Text span size="sm" fw={600}>
          {t(`access.resource.${resource}`, { defaultValue: resource.replaceAll('_', ' ') })}
        </Text>
        {absent && (
          <Badge color="gray" variant="light" className={classes.badge}>
            {t('access.apps.nothingHere')}
          </Badge>
        )}
      </Group>
      <Stack gap={4}>
        {list.map(s => (
          <Checkbox key={s.name} value={s.name} label={s.text} description={s.name} />
        ))}
      </Stack>
    </fieldset>
  )
}
