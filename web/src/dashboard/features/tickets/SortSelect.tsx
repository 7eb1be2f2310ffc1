import { Select, type SelectProps } from '@mantine/core'
import { useTranslation } from 'react-i18next'

export const orders = ['updated_at', '-updated_at', '-id', 'id'] as const

export function SortSelect(props: Omit<SelectProps, 'data'>) {
  const { t } = useTranslation()
  return (
    <Select allowDeselect={false} data={orders.map(o => ({ value: o, label: t(`tickets.order.${o}`) }))} {...props} />
  )
}
