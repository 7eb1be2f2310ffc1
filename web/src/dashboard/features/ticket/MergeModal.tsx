import { Alert, Button, Checkbox, Group, Modal, NumberInput, Radio, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '@/api/client'
import { offerUndo, sayProblem } from '@/shared/notify'
import { StatusDot } from '@/shared/ui/Status'
import { type Ticket, ticketQuery, useMerge, useRelated, useUndoMerge } from './api'
import classes from './Ticket.module.css'

type Props = { ticket: Ticket; onClose: () => void; onMerged: (target: number) => void }

/** MergeModal asks which ticket goes on in place of this one. */
export function MergeModal({ ticket, onClose, onMerged }: Props) {
  const { t } = useTranslation()
  const related = useRelated(ticket.id)
  const merge = useMerge(ticket.id)
  const undo = useUndoMerge()
  const [target, setTarget] = useState<number | null>(null)
  const [confirmed, setConfirmed] = useState(false)
  const other = useQuery({
    ...ticketQuery(target ?? 0),
    enabled: target !== null && target !== ticket.id,
    retry: false,
  })
  const problem = merge.error instanceof Problem ? merge.error : null
  const mustConfirm = !!problem?.fields.confirm_other_requester
  const choices = [...(related.data?.requester ?? []), ...(related.data?.order ?? [])]
    .filter((x, i, all) => x.status !== 'closed' && all.findIndex(y => y.id === x.id) === i)
    .slice(0, 8)

  const pick = (id: number | null) => {
    setTarget(id)
    setConfirmed(false)
    merge.reset()
  }
  const submit = () => {
    if (target === null) return
    merge.mutate(
      { target, confirm: confirmed },
      {
        onSuccess: m => {
          offerUndo(t('ticket.merge.done', { source: m.source, target: m.target }), () =>
            undo.mutate(m.source, { onError: e => e instanceof Problem && sayProblem(e) }),
          )
          onMerged(m.target)
        },
      },
    )
  }
  return (
    <Modal opened onClose={onClose} title={t('ticket.merge.title', { id: ticket.id })} size="lg">
      <form
        onSubmit={e => {
          e.preventDefault()
          submit()
        }}
      >
        <Stack gap="sm">
          <Text size="sm">{t('ticket.merge.text')}</Text>
          {choices.length > 0 && (
            <Radio.Group
              label={t('ticket.merge.choose')}
              value={target === null ? null : String(target)}
              onChange={v => pick(Number(v))}
            >
              <Stack gap={6} mt={6}>
                {choices.map(c => (
                  <Radio
                    key={c.id}
                    value={String(c.id)}
                    label={
                      <Group gap={6} wrap="nowrap">
                        <StatusDot status={c.status} />
                        <span className={classes.wrap}>
                          #{c.id} {c.subject}
                        </span>
                      </Group>
                    }
                  />
                ))}
              </Stack>
            </Radio.Group>
          )}
          <NumberInput
            label={t('ticket.merge.number')}
            value={target ?? ''}
            onChange={v => pick(typeof v === 'number' && v > 0 ? v : null)}
            min={1}
            allowDecimal={false}
            allowNegative={false}
            hideControls
            prefix="#"
            error={
              other.isError
                ? t('ticket.merge.none')
                : (problem?.fields.target?.join(' ') ?? (problem?.status === 409 ? problem.message : undefined))
            }
            description={
              other.data
                ? `${other.data.subject} · ${other.data.requester?.name ?? other.data.from_email ?? ''}`
                : undefined
            }
            data-autofocus
          />
          {mustConfirm && (
            <Alert
              color="yellow"
              variant="light"
              title={t('ticket.merge.otherTitle')}
              classNames={{ title: classes.plain }}
            >
              <Stack gap="xs">
                <Text size="sm">
                  {t('ticket.merge.otherText', {
                    name: ticket.requester?.name ?? ticket.from_email ?? '',
                    id: target ?? 0,
                  })}
                </Text>
                <Checkbox
                  label={t('ticket.merge.confirm')}
                  checked={confirmed}
                  onChange={e => setConfirmed(e.currentTarget.checked)}
                />
              </Stack>
            </Alert>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('common.cancel')}
            </Button>
            <Button
              type="submit"
              loading={merge.isPending}
              disabled={target === null || target === ticket.id || (mustConfirm && !confirmed)}
            >
              {target ? t('ticket.merge.action', { id: target }) : t('ticket.merge.open')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
