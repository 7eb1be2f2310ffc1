import { Fieldset, Stack, Switch, TagsInput, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { applyErrors } from '@/shared/forms'
import { say } from '@/shared/notify'
import { type MailSettings, useChangeMail } from './mailApi'
import { SaveRow } from './SaveRow'

const valuesOf = ({ store_name: _, ...mail }: MailSettings) => mail

/** MailForm is the store's addresses. */
export function MailForm({ mail }: { mail: MailSettings }) {
  const { t } = useTranslation()
  const change = useChangeMail()
  const [shown, setShown] = useState(false)
  const form = useForm({ initialValues: valuesOf(mail) })
  const save = form.onSubmit(body =>
    change.mutate(body, {
      onSuccess: saved => {
        form.setInitialValues(valuesOf(saved))
        form.setValues(valuesOf(saved))
        form.resetDirty(valuesOf(saved))
        say(t('common.saved'))
      },
      onError: e => setShown(applyErrors(form, e)),
    }),
  )
  return (
    <form onSubmit={save} noValidate>
      <Fieldset legend={t('mailSettings.addresses')}>
        <Stack gap="sm">
          <TextInput
            label={t('mailSettings.support')}
            description={t('mailSettings.supportText')}
            type="email"
            placeholder="help@shop.example"
            autoComplete="off"
            maxLength={254}
            {...form.getInputProps('support_email')}
          />
          <TagsInput
            label={t('mailSettings.aliases')}
            description={t('mailSettings.aliasesText')}
            maxTags={20}
            splitChars={[',', ' ', ';']}
            acceptValueOnBlur
            clearButtonProps={{ 'aria-label': t('mailSettings.aliasesClear') }}
            {...form.getInputProps('aliases')}
          />
          <TextInput
            label={t('mailSettings.from')}
            description={t('mailSettings.fromText')}
            placeholder={mail.store_name}
            maxLength={100}
            {...form.getInputProps('from_name')}
          />
          <Switch
            label={t('mailSettings.plus')}
            description={t('mailSettings.plusText')}
            {...form.getInputProps('plus_address', { type: 'checkbox' })}
          />
          <TextInput
            label={t('mailSettings.admin')}
            description={t('mailSettings.adminText')}
            type="email"
            autoComplete="off"
            maxLength={254}
            {...form.getInputProps('admin_address')}
          />
          <SaveRow
            dirty={form.isDirty()}
            saving={change.isPending}
            error={shown ? null : change.error}
            discard={form.reset}
          />
        </Stack>
      </Fieldset>
    </form>
  )
}
