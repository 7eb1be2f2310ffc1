import { Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { ErrorNote } from '@/shared/ui/ErrorNote'
import { Loading } from '@/shared/ui/Loading'
import { PageHead } from '@/shared/ui/PageHead'
import { DNSCard } from './DNSCard'
import { MailFlow } from './MailFlow'
import { MailForm } from './MailForm'
import { useMailHealth, useMailSettings } from './mailApi'
import classes from './Settings.module.css'

/** MailPage is where customers write to, and whether their mail comes and ours leaves. */
export function MailPage() {
  const { t } = useTranslation()
  const mail = useMailSettings()
  const health = useMailHealth()
  return (
    <>
      <PageHead title={t('mailSettings.title')} />
      {mail.isError && !mail.data ? (
        <ErrorNote error={mail.error} retry={() => void mail.refetch()} />
      ) : mail.data ? (
        <div className={classes.form}>
          <Stack>
            <MailForm mail={mail.data} />
            {health.isError && !health.data ? (
              <ErrorNote error={health.error} retry={() => void health.refetch()} />
            ) : health.data ? (
              <>
                <MailFlow health={health.data} address={mail.data.support_email} />
                <DNSCard health={health.data} address={mail.data.support_email} />
              </>
            ) : (
              <Loading rows={4} />
            )}
          </Stack>
        </div>
      ) : (
        <Loading />
      )}
    </>
  )
}
