import { Button, Group, Modal, MultiSelect, Stack, Switch, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { Problem } from '@/api/client'
import { applyErrors } from '@/shared/forms'
import { useCan } from '@/shared/me'
import { sayProblem } from '@/shared/notify'
import { GroupSelect } from '@/shared/pickers'
import { type Order, useSaveView, type View } from './api'
import { SortSelect } from './SortSelect'
import { allColumns, usualColumns } from './TicketTable'

/** What is saved: a new view (no id), or changes of one. */
export type Draft = Pick<View, 'name' | 'query' | 'order' | 'columns' | 'shared' | 'group'> & { id?: string }

export function SaveView({
  draft,
  onClose,
  onSaved,
}: {
  draft: Draft
  onClose: () => void
  onSaved: (v: View) => void
}) {
  const { t } = useTranslation()
  const mayShare = useCan('settings')
  const save = useSaveView()
  const form = useForm({
    initialValues: {
      ...draft,
      columns: draft.columns.length ? draft.columns : usualColumns,
      order: draft.order as Order,
    },
  })
  const submit = form.onSubmit(({ id, ...body }) =>
    save.mutate(
      { id, body },
      {
        onSuccess: onSaved,
        onError: e => {
          if (!applyErrors(form, e) && e instanceof Problem) sayProblem(e)
        },
      },
    ),
  )
  return (
    <Modal opened onClose={onClose} title={draft.id ? t('tickets.editView') : t('tickets.saveView')}>
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label={t('tickets.viewName')}
            required
            maxLength={80}
            data-autofocus
            {...form.getInputProps('name')}
          />
          <TextInput label={t('tickets.viewSearch')} {...form.getInputProps('query')} />
          <SortSelect label={t('tickets.sort')} {...form.getInputProps('order')} />
          <MultiSelect
            label={t('tickets.columns')}
            data={allColumns.map(c => ({ value: c, label: t(`tickets.column.${c}`) }))}
            {...form.getInputProps('columns')}
          />
          {mayShare && (
            <Switch
              label={t('tickets.shared')}
              description={t('tickets.sharedText')}
              {...form.getInputProps('shared', { type: 'checkbox' })}
            />
          )}
          {form.values.shared && (
            <GroupSelect
              label={t('tickets.onlyGroup')}
              value={form.values.group || null}
              onChange={g => form.setFieldValue('group', g ?? 0)}
              error={form.errors.group}
            />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" loading={save.isPending}>
              {t('common.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
