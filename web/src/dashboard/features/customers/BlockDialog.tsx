import { Button, Checkbox, Group, Modal, Stack, Text } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { say } from '@/shared/notify'
import { useBlock } from './api'

/** BlockDialog blocks a customer, and their mail if that is wanted. */
export function BlockDialog({
  id,
  opened,
  close,
  closed,
}: {
  id: number
  opened: boolean
  close: () => void
  closed: () => void
}) {
  const { t } = useTranslation()
  const [mail, setMail] = useState(true)
  const block = useBlock(id)
  const submit = (e: FormEvent) => {
    e.preventDefault()
    block.mutate(
      { blocked: true, mail },
      {
        onSuccess: () => {
          say(t('customers.block.done'))
          close()
        },
      },
    )
  }
  return (
    <Modal
      opened={opened}
      onClose={close}
      onExitTransitionEnd={closed}
      returnFocus={false}
      closeButtonProps={{ 'aria-label': t('common.close') }}
      title={t('customers.block.title')}
    >
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">{t('customers.block.text')}</Text>
          <Checkbox
            label={t('customers.block.mail')}
            description={t('customers.block.mailHint')}
            checked={mail}
            onChange={e => setMail(e.currentTarget.checked)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" color="red" loading={block.isPending} data-autofocus>
              {t('customers.block.do')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
