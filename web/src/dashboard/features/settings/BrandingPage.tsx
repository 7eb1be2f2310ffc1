import {
  Alert,
  Button,
  ColorInput,
  ColorPicker,
  FileButton,
  Group,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDebouncedValue } from '@mantine/hooks'
import { IconAlertTriangle, IconUpload } from '@tabler/icons-react'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { applyErrors } from '@/shared/forms'
import { say } from '@/shared/notify'
import { ErrorNote } from '@/shared/ui/ErrorNote'
import { Loading } from '@/shared/ui/Loading'
import { PageHead } from '@/shared/ui/PageHead'
import { contrast } from './contrast'
import { Failure } from './Form'
import { LetterPreview } from './LetterPreview'
import { type Branding, useAddLogo, useBranding, useLook, useSaveBranding } from './letters'
import classes from './pages.module.css'
import { useLeave } from './useLeave'

/** BrandingPage is how mail of the store looks. */
export function BrandingPage() {
  const { t } = useTranslation()
  const branding = useBranding()
  if (branding.isError) return <ErrorNote error={branding.error} retry={() => void branding.refetch()} />
  return (
    <>
      <PageHead title={t('branding.title')} />
      <Text size="sm" c="dimmed" className={classes.lead}>
        {t('branding.text')}
      </Text>
      {branding.isPending ? <Loading /> : <Look branding={branding.data} />}
    </>
  )
}

const READABLE = 4.5
/** The colour of mail without one of its own. */
const USUAL = '#2b5c8a'
const LARGEST = 1 << 20

function Look({ branding }: { branding: Branding }) {
  const { t } = useTranslation()
  const save = useSaveBranding()
  const add = useAddLogo()
  const [shown, setShown] = useState(false)
  const file = useRef<() => void>(null)
  const form = useForm<Branding>({ initialValues: branding })
  const v = form.values
  useLeave(v.colour !== branding.colour || v.logo_url !== branding.logo_url || v.footer !== branding.footer)
  const [seen] = useDebouncedValue(v, 400)
  const look = useLook(seen)
  const ratio = contrast(v.colour)
  const upload = (picture: File | null) => {
    if (!picture) return
    form.clearFieldError('logo_url')
    if (picture.size > LARGEST) {
      form.setFieldError('logo_url', t('branding.tooLarge'))
      return
    }
    add.mutate(picture, {
      onSuccess: url => {
        form.setFieldValue('logo_url', url)
        say(t('branding.uploaded'))
      },
      onError: e => setShown(applyErrors(form, e)),
    })
    file.current?.() // the same file can be chosen again
  }
  const errors = Object.values(look.error?.fields ?? {})
    .flat()
    .join(' ')
  return (
    <div className={`${classes.columns} ${classes.panel}`}>
      <form
        aria-label={t('branding.title')}
        onSubmit={form.onSubmit(body =>
          save.mutate(body, {
            onSuccess: now => {
              form.setValues(now)
              say(t('common.saved'))
            },
            onError: e => setShown(applyErrors(form, e)),
          }),
        )}
      >
        <Stack gap="md">
          <Stack gap="xs">
            <ColorInput
              label={t('branding.colour')}
              description={t('branding.colourText')}
              format="hex"
              maxLength={7}
              withPicker={false}
              eyeDropperButtonProps={{ 'aria-label': t('branding.pickColour') }}
              {...form.getInputProps('colour')}
            />
            <ColorPicker
              format="hex"
              size="sm"
              hueLabel={t('branding.hue')}
              saturationLabel={t('branding.saturation')}
              value={v.colour || USUAL}
              onChange={c => form.setFieldValue('colour', c)}
            />
            <div role="status">
              {ratio !== null && ratio < READABLE && (
                <Alert variant="light" color="yellow" p="xs" icon={<IconAlertTriangle size={16} aria-hidden />}>
                  {t('branding.noContrast', { ratio: ratio.toFixed(1) })}
                </Alert>
              )}
            </div>
          </Stack>
          <Stack gap="xs">
            <TextInput
              label={t('branding.logo')}
              description={t('branding.logoText')}
              maxLength={2000}
              {...form.getInputProps('logo_url')}
            />
            {v.logo_url.startsWith('/pictures/') && (
              <img src={v.logo_url} alt={t('branding.logoNow')} className={classes.logo} />
            )}
            <Group gap="xs">
              <FileButton accept="image/png,image/jpeg,image/gif,image/webp" resetRef={file} onChange={upload}>
                {props => (
                  <Button
                    {...props}
                    variant="default"
                    loading={add.isPending}
                    leftSection={<IconUpload size={16} aria-hidden />}
                  >
                    {t('branding.upload')}
                  </Button>
                )}
              </FileButton>
              {v.logo_url !== '' && (
                <Button variant="subtle" color="red" onClick={() => form.setFieldValue('logo_url', '')}>
                  {t('branding.removeLogo')}
                </Button>
              )}
            </Group>
            <Text size="xs" c="dimmed">
              {t('branding.uploadText')}
            </Text>
          </Stack>
          <Textarea
            label={t('branding.footer')}
            description={t('branding.footerText')}
            autosize
            minRows={3}
            maxRows={10}
            maxLength={2000}
            {...form.getInputProps('footer')}
          />
          <Failure error={save.error ?? add.error} shown={shown} />
          <Group>
            <Button type="submit" loading={save.isPending}>
              {t('common.save')}
            </Button>
          </Group>
        </Stack>
      </form>
      <LetterPreview
        letter={look.data}
        action="/dashboard/api/settings/branding/frame/"
        fields={look.isSuccess && !look.isPlaceholderData ? seen : undefined}
        problem={errors}
      />
    </div>
  )
}
