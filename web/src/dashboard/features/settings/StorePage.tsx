import { Fieldset, NumberInput, Select, Stack, Switch, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { applyErrors } from '@/shared/forms'
import { useMe } from '@/shared/me'
import { say } from '@/shared/notify'
import { ErrorNote } from '@/shared/ui/ErrorNote'
import { Loading } from '@/shared/ui/Loading'
import { PageHead } from '@/shared/ui/PageHead'
import { type StoreSettings, useChangeStore, useStoreSettings } from './mailApi'
import { SaveRow } from './SaveRow'
import classes from './Settings.module.css'

/** StorePage is what the store is called, where it is, and how long it keeps things. */
export function StorePage() {
  const { t } = useTranslation()
  const store = useStoreSettings()
  return (
    <>
      <PageHead title={t('storeSettings.title')} />
      {store.isError && !store.data ? (
        <ErrorNote error={store.error} retry={() => void store.refetch()} />
      ) : store.data ? (
        <StoreForm store={store.data} />
      ) : (
        <Loading />
      )}
    </>
  )
}

/** What the fields hold: an empty number is "", a rule that is off keeps its days for when it is on again. */
const valuesOf = (s: StoreSettings) => ({
  name: s.name,
  time_zone: s.time_zone,
  network_domain: s.network_domain,
  solved: s.close_solved_days > 0,
  close_solved_days: (s.close_solved_days || 4) as number | string,
  idle: s.close_idle_days > 0,
  close_idle_days: (s.close_idle_days || 183) as number | string,
  held_days: s.held_days as number | string,
  media_hours: s.media_hours as number | string,
  second_factor_for_admins: s.second_factor_for_admins,
})

function zones(now: string) {
  const all = new Set([now, 'UTC', ...Intl.supportedValuesOf('timeZone')])
  return [...all].map(value => ({ value, label: value.replaceAll('_', ' ') }))
}

function StoreForm({ store }: { store: StoreSettings }) {
  const { t } = useTranslation()
  const admin = useMe().admin
  const change = useChangeStore()
  const [shown, setShown] = useState(false)
  const [choices] = useState(() => zones(store.time_zone))
  const number = (text: string, on = true) => (on && text === '' ? t('storeSettings.days') : null)
  const form = useForm({
    initialValues: valuesOf(store),
    validate: {
      close_solved_days: (v, all) => number(String(v), all.solved),
      close_idle_days: (v, all) => number(String(v), all.idle),
      held_days: v => number(String(v)),
      media_hours: v => (v === '' ? t('storeSettings.hours') : null),
    },
  })
  const save = form.onSubmit(v =>
    change.mutate(
      {
        name: v.name,
        time_zone: v.time_zone,
        network_domain: v.network_domain,
        close_solved_days: v.solved ? Number(v.close_solved_days) : 0,
        close_idle_days: v.idle ? Number(v.close_idle_days) : 0,
        held_days: Number(v.held_days),
        media_hours: Number(v.media_hours),
        ...(admin ? { second_factor_for_admins: v.second_factor_for_admins } : {}),
      },
      {
        onSuccess: saved => {
          form.setInitialValues(valuesOf(saved))
          form.setValues(valuesOf(saved))
          form.resetDirty(valuesOf(saved))
          say(t('common.saved'))
        },
        onError: e => setShown(applyErrors(form, e)),
      },
    ),
  )
  return (
    <form onSubmit={save} className={classes.form} noValidate>
      <Stack>
        <Fieldset legend={t('storeSettings.about')}>
          <Stack gap="sm">
            <TextInput
              label={t('storeSettings.name')}
              description={t('storeSettings.nameText')}
              required
              maxLength={100}
              {...form.getInputProps('name')}
            />
            <Select
              label={t('storeSettings.zone')}
              description={t('storeSettings.zoneText')}
              data={choices}
              searchable
              allowDeselect={false}
              limit={100}
              required
              nothingFoundMessage={t('common.nothing')}
              {...form.getInputProps('time_zone')}
            />
            <TextInput
              label={t('storeSettings.domain')}
              description={t('storeSettings.domainText')}
              required
              maxLength={253}
              {...form.getInputProps('network_domain')}
            />
            <div>
              <Text size="sm" fw={600}>
                {t('storeSettings.hosts')}
              </Text>
              <Text size="xs" c="dimmed">
                {t('storeSettings.hostsText')}
              </Text>
              <Text size="sm" className={classes.wrap}>
                {store.hosts.join(', ')}
              </Text>
            </div>
          </Stack>
        </Fieldset>
        <Fieldset legend={t('storeSettings.closing')}>
          <Stack gap="sm">
            <Text size="sm" c="dimmed">
              {t('storeSettings.closingText')}
            </Text>
            <Switch label={t('storeSettings.solved')} {...form.getInputProps('solved', { type: 'checkbox' })} />
            {form.values.solved && (
              <NumberInput
                label={t('storeSettings.solvedDays')}
                min={1}
                max={3650}
                allowDecimal={false}
                maw={260}
                ml="xl"
                {...form.getInputProps('close_solved_days')}
              />
            )}
            <Switch label={t('storeSettings.idle')} {...form.getInputProps('idle', { type: 'checkbox' })} />
            {form.values.idle && (
              <NumberInput
                label={t('storeSettings.idleDays')}
                min={1}
                max={3650}
                allowDecimal={false}
                maw={260}
                ml="xl"
                {...form.getInputProps('close_idle_days')}
              />
            )}
          </Stack>
        </Fieldset>
        <Fieldset legend={t('storeSettings.keeping')}>
          <Stack gap="sm">
            <NumberInput
              label={t('storeSettings.held')}
              description={t('storeSettings.heldText')}
              min={1}
              max={3650}
              allowDecimal={false}
              maw={320}
              {...form.getInputProps('held_days')}
            />
            <NumberInput
              label={t('storeSettings.media')}
              description={t('storeSettings.mediaText')}
              min={0}
              allowDecimal={false}
              maw={320}
              {...form.getInputProps('media_hours')}
            />
          </Stack>
        </Fieldset>
        <Fieldset legend={t('storeSettings.safety')}>
          <Switch
            label={t('storeSettings.second')}
            description={t(admin ? 'storeSettings.secondText' : 'storeSettings.secondAdmin')}
            disabled={!admin}
            {...form.getInputProps('second_factor_for_admins', { type: 'checkbox' })}
          />
        </Fieldset>
        <SaveRow
          dirty={form.isDirty()}
          saving={change.isPending}
          error={shown ? null : change.error}
          discard={form.reset}
        />
      </Stack>
    </form>
  )
}
