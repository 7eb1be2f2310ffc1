import { Alert, Button, Code, CopyButton, Group, Stack, Text } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'

/** Copyable is a text to be carried elsewhere: a link, an id, a secret. */
export function Copyable({ label, text }: { label: string; text: string }) {
  const { t } = useTranslation()
  const id = useId()
  return (
    <div>
      <Text size="sm" fw={600} id={id} mb={4}>
        {label}
      </Text>
      <Group gap="xs" wrap="nowrap" align="stretch">
        <Code
          block
          flex={1}
          miw={0}
          aria-labelledby={id}
          role="group"
          tabIndex={0}
          style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}
        >
          {text}
        </Code>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button
              variant={copied ? 'light' : 'default'}
              color={copied ? 'green' : undefined}
              onClick={copy}
              h="auto"
              mih={36}
              aria-label={`${t(copied ? 'common.copied' : 'common.copy')}: ${label}`}
              leftSection={copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
            >
              {t(copied ? 'common.copied' : 'common.copy')}
            </Button>
          )}
        </CopyButton>
      </Group>
    </div>
  )
}

/** OneTime shows what cannot be seen again. */
export function OneTime({ warning, done, children }: { warning: string; done: () => void; children: React.ReactNode }) {
  const { t } = useTranslation()
  return (
    <Stack>
      {children}
      <Alert color="yellow" variant="light">
        {warning}
      </Alert>
      <Group justify="flex-end">
        <Button onClick={done}>{t('common.close')}</Button>
      </Group>
    </Stack>
  )
}
