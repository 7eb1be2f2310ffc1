import {
  Button,
  Fieldset,
  Group,
  Modal,
  MultiSelect,
  SegmentedControl,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDebouncedValue } from '@mantine/hooks'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem, type Schema } from '@/api/client'
import { tidy } from '@/shared/compose/changes'
import { useTicketsLike, useVariables } from '@/shared/compose/lookups'
import { best } from '@/shared/compose/trigger'
import { Writing, type WritingHandle } from '@/shared/compose/Writing'
import { confirm } from '@/shared/confirm'
import { applyErrors } from '@/shared/forms'
import { say, words } from '@/shared/notify'
import { PrioritySelect, StatusSelect, TagPicker, TypeSelect } from '@/shared/pickers'
import { useGroups } from '@/shared/pickers/lookups'
import { type Macro, usePreview, useSaveMacro } from './api'
import classes from './Macros.module.css'

type Changes = Schema<'Changes'>
type TagsMode = 'change' | 'set'

/** MacroEditor makes a macro or changes one, and shows what becomes of it on a real ticket. */
export function MacroEditor({ macro, copy, onClose }: { macro: Macro | null; copy?: boolean; onClose: () => void }) {
  const { t } = useTranslation()
  const groups = useGroups()
  const variables = useVariables(0)
  const writing = useRef<WritingHandle>(null)
  const save = useSaveMacro()
  const [problem, setProblem] = useState<Problem | null>(null)
  const form = useForm({
    initialValues: {
      name: macro ? (copy ? t('macros.copyOf', { name: macro.name }) : macro.name) : '',
      groups: (macro?.groups ?? []).map(String),
      comment_mode: (macro?.comment_mode ?? 'public') as '' | 'public' | 'internal',
      comment: macro?.comment ?? '',
      status: macro?.changes.status ?? null,
      priority: macro?.changes.priority ?? null,
      type: macro?.changes.type ?? null,
      tagsMode: (macro?.changes.set_tags ? 'set' : 'change') as TagsMode,
      set_tags: macro?.changes.set_tags ?? [],
      add_tags: macro?.changes.add_tags ?? [],
      remove_tags: macro?.changes.remove_tags ?? [],
    },
  })
  const v = form.values
  const close = async () => {
    if (form.isDirty()) {
      const yes = await confirm({ title: t('macros.leave.title'), action: t('macros.leave.action'), danger: true })
      if (!yes) return
    }
    onClose()
  }
  const submit = form.onSubmit(async x => {
    setProblem(null)
    const tags: Changes =
      x.tagsMode === 'set' ? { set_tags: x.set_tags } : { add_tags: x.add_tags, remove_tags: x.remove_tags }
    const mode = x.comment.trim() === '' ? '' : x.comment_mode
    try {
      await save.mutateAsync({
        id: macro && !copy ? macro.id : null,
        form: {
          name: x.name,
          groups: x.groups.map(Number),
          comment_mode: mode,
          comment: mode === '' ? '' : x.comment,
          changes: tidy({
            status: x.status ?? undefined,
            priority: x.priority ?? undefined,
            type: x.type ?? undefined,
            ...tags,
          }),
        },
      })
      say(t('common.saved'))
      onClose()
    } catch (e) {
      if (!(e instanceof Problem)) throw e
      if (!applyErrors(form, e)) setProblem(e)
    }
  })
  return (
    <Modal
      opened
      onClose={() => void close()}
      size="xl"
      title={t(macro && !copy ? 'macros.edit' : 'macros.new')}
      closeOnClickOutside={false}
    >
      <form onSubmit={submit}>
        <Stack gap="sm">
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TextInput
              label={t('macros.name')}
              required
              maxLength={150}
              data-autofocus
              {...form.getInputProps('name')}
            />
            <MultiSelect
              label={t('macros.groups')}
              placeholder={v.groups.length === 0 ? t('macros.everybody') : undefined}
              data={groups.map(g => ({ value: String(g.id), label: g.name }))}
              {...form.getInputProps('groups')}
            />
          </SimpleGrid>
          <Fieldset legend={t('macros.comment')}>
            <Stack gap="xs">
              <SegmentedControl
                size="xs"
                aria-label={t('macros.whoSees')}
                data={(['public', 'internal'] as const).map(m => ({ value: m, label: t(`macros.mode.${m}`) }))}
                value={v.comment_mode || 'public'}
                onChange={m => form.setFieldValue('comment_mode', m as 'public' | 'internal')}
              />
              <div
                className={classes.field}
                data-kind={v.comment_mode}
                data-wrong={form.errors.comment ? true : undefined}
              >
                <Writing
                  ref={writing}
                  label={t('macros.comment')}
                  placeholder={t('macros.placeholder')}
                  value={v.comment}
                  onChange={text => {
                    form.setFieldValue('comment', text)
                    form.clearFieldError('comment')
                  }}
                  known={variables.map(x => x.name)}
                  choices={at =>
                    at.kind !== 'variable'
                      ? null
                      : best(variables, at.query, x => x.name, 30).map(x => ({
                          key: x.name,
                          label: x.name,
                          hint: t(`macros.variable.${x.name.replace('.', '_')}`),
                          take: place => writing.current?.insert(`{{ ${x.name} }}`, place.start),
                        }))
                  }
                />
              </div>
              {form.errors.comment && (
                <Text size="sm" c="var(--mantine-color-error)" role="alert">
                  {form.errors.comment}
                </Text>
              )}
              <Group gap={4} role="group" aria-label={t('macros.variables')}>
                {variables.map(x => (
                  <Button
                    key={x.name}
                    size="compact-xs"
                    variant="default"
                    fw={400}
                    title={t(`macros.variable.${x.name.replace('.', '_')}`)}
                    onClick={() => writing.current?.insert(`{{ ${x.name} }}`)}
                  >
                    {x.name}
                  </Button>
                ))}
              </Group>
              <Preview comment={v.comment} />
            </Stack>
          </Fieldset>
          <Fieldset legend={t('macros.changes')}>
            <Stack gap="xs">
              <SimpleGrid cols={{ base: 1, sm: 3 }}>
                <StatusSelect
                  clearable
                  placeholder={t('macros.noChange')}
                  value={v.status}
                  onChange={x => form.setFieldValue('status', x)}
                  error={form.errors['changes.status'] ?? form.errors.status}
                />
                <PrioritySelect
                  clearable
                  placeholder={t('macros.noChange')}
                  value={v.priority}
                  onChange={x => form.setFieldValue('priority', x)}
                  error={form.errors['changes.priority'] ?? form.errors.priority}
                />
                <TypeSelect
                  clearable
                  placeholder={t('macros.noChange')}
                  value={v.type}
                  onChange={x => form.setFieldValue('type', x)}
                  error={form.errors['changes.type'] ?? form.errors.type}
                />
              </SimpleGrid>
              <SegmentedControl
                size="xs"
                aria-label={t('macros.tags.label')}
                data={(['change', 'set'] as const).map(m => ({ value: m, label: t(`macros.tags.${m}`) }))}
                {...form.getInputProps('tagsMode')}
              />
              {v.tagsMode === 'set' ? (
                <TagPicker label={t('macros.tags.to')} {...form.getInputProps('set_tags')} />
              ) : (
                <SimpleGrid cols={{ base: 1, sm: 2 }}>
                  <TagPicker label={t('macros.tags.add')} {...form.getInputProps('add_tags')} />
                  <TagPicker label={t('macros.tags.remove')} {...form.getInputProps('remove_tags')} />
                </SimpleGrid>
              )}
            </Stack>
          </Fieldset>
          {problem && (
            <Text size="sm" c="var(--mantine-color-error)" role="alert">
              {words(problem)}
            </Text>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={() => void close()}>
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

/** Preview fills the text with the values of a ticket that one picks. */
function Preview({ comment }: { comment: string }) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const [ticket, setTicket] = useState<{ id: number; subject: string } | null>(null)
  const found = useTicketsLike(typed)
  const [text] = useDebouncedValue(comment, 250)
  const { data } = usePreview(text, ticket?.id ?? 0)
  const all = ticket && !found.some(x => x.id === ticket.id) ? [ticket, ...found] : found
  if (comment.trim() === '') return null
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      <Stack gap={4}>
        <Select
          label={t('macros.preview.ticket')}
          placeholder={t('common.typeToSearch')}
          searchable
          clearable
          filter={({ options }) => options}
          nothingFoundMessage={t('common.nothing')}
          data={all.map(x => ({ value: String(x.id), label: `#${x.id} ${x.subject}` }))}
          value={ticket ? String(ticket.id) : null}
          onSearchChange={setTyped}
          onChange={id => setTicket(all.find(x => String(x.id) === id) ?? null)}
        />
        {data?.problems.map(p => (
          <Text key={p} size="sm" c="var(--mantine-color-error)">
            {p}
          </Text>
        ))}
        {ticket && data && data.unresolved.length > 0 && (
          <Text size="sm" c="dimmed">
            {t('macros.preview.unresolved', { names: data.unresolved.map(n => `{{ ${n} }}`).join(', ') })}
          </Text>
        )}
      </Stack>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keyboard */}
      <section className={classes.preview} aria-label={t('macros.preview.label')} tabIndex={0}>
        {data?.comment ?? comment}
      </section>
    </SimpleGrid>
  )
}
