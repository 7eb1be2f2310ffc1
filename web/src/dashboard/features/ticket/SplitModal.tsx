import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { Problem } from '@/api/client'
import { applyErrors } from '@/shared/forms'
import { offerUndo, sayProblem } from '@/shared/notify'
import { OrderSelect, ProductPicker, TagPicker } from '@/shared/pickers'
import { type Ticket, useSplit, useUndoSplit } from './api'
import type { Comment } from './group'
import classes from './Ticket.module.css'

type Props = { ticket: Ticket; comment: Comment; onClose: () => void; onSplit: (made: number) => void }

/** SplitModal makes a ticket of its own of one comment. */
export function SplitModal({ ticket, comment, onClose, onSplit }: Props) {
  const { t } = useTranslation()
  const split = useSplit(ticket.id)
  const undo = useUndoSplit()
  const form = useForm({
    initialValues: {
      subject: ticket.subject,
      order: ticket.order_number,
      products: ticket.products.map(p => p.id),
      tags: [] as string[],
    },
    validate: { subject: v => (v.trim() ? null : t('ticket.split.needsSubject')) },
  })
  const words = comment.segments.find(s => s.kind === 'new')?.text ?? comment.segments[0]?.text ?? ''
  return (
    <Modal opened onClose={onClose} title={t('ticket.split.title')} size="lg">
      <form
        onSubmit={form.onSubmit(v =>
          split.mutate(
            { comment: comment.id, ...v },
            {
              onSuccess: m => {
                offerUndo(t('ticket.split.done', { id: m.target }), () =>
                  undo.mutate(m.target, { onError: e => e instanceof Problem && sayProblem(e) }),
                )
                onSplit(m.target)
              },
              onError: e => {
                if (!applyErrors(form, e) && e instanceof Problem) sayProblem(e)
              },
            },
          ),
        )}
      >
        <Stack gap="sm">
          <Text size="sm">{t('ticket.split.text')}</Text>
          <div className={classes.excerpt}>{words.trim().slice(0, 300)}</div>
          <TextInput
            label={t('ticket.field.subject')}
            maxLength={500}
            data-autofocus
            {...form.getInputProps('subject')}
          />
          <OrderSelect
            value={form.values.order || null}
            onChange={v => form.setFieldValue('order', v ?? '')}
            error={form.errors.order}
          />
          <ProductPicker
            value={form.values.products}
            onChange={v => form.setFieldValue('products', v)}
            current={ticket.products.map(p => ({ id: p.id, name: p.title }))}
            error={form.errors.products}
          />
          <TagPicker {...form.getInputProps('tags')} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" loading={split.isPending}>
              {t('ticket.split.action')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
