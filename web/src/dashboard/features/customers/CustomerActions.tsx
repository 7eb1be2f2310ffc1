import { ActionIcon, Menu } from '@mantine/core'
import { IconDots, IconTrash } from '@tabler/icons-react'
import type { Ref } from 'react'
import { useTranslation } from 'react-i18next'
import type { Customer } from './api'

export type Deed = 'merge' | 'block' | 'unblock' | 'erase'

/** CustomerActions is the menu of what is rarely done to a customer. */
export function CustomerActions({
  customer: c,
  readOnly,
  run,
  button,
}: {
  customer: Customer
  readOnly: boolean
  run: (d: Deed) => void
  button: Ref<HTMLButtonElement>
}) {
  const { t } = useTranslation()
  const file = (format: string) => ({
    component: 'a' as const,
    href: `/dashboard/api/customers/${c.id}/export/?format=${format}`,
    download: '',
  })
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon ref={button} variant="default" size="lg" aria-label={t('customers.actions')}>
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {!readOnly && (
          <>
            <Menu.Item onClick={() => run('merge')}>{t('customers.merge.do')}</Menu.Item>
            <Menu.Item onClick={() => run(c.blocked ? 'unblock' : 'block')}>
              {t(c.blocked ? 'customers.block.undo' : 'customers.block.do')}
            </Menu.Item>
          </>
        )}
        {c.can_see_tickets && (
          <>
            <Menu.Item {...file('zip')}>{t('customers.export.zip')}</Menu.Item>
            <Menu.Item {...file('json')}>{t('customers.export.json')}</Menu.Item>
          </>
        )}
        {!readOnly && (
          <Menu.Item leftSection={<IconTrash size={16} aria-hidden />} onClick={() => run('erase')}>
            {t('customers.erase.do')}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
