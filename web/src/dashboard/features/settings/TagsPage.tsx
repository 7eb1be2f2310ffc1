import {
  Alert,
  Badge,
  Button,
  Center,
  Group,
  Loader,
  Modal,
  Select,
  Stack,
  Switch,
  Text,
  TextInput,
} from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDebouncedValue } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { confirm } from '@/shared/confirm'
import { applyErrors } from '@/shared/forms'
import { say } from '@/shared/notify'
import { Empty } from '@/shared/ui/Empty'
import { ErrorNote } from '@/shared/ui/ErrorNote'
import { Loading } from '@/shared/ui/Loading'
import { PageHead } from '@/shared/ui/PageHead'
import { Buttons, Failure } from './Form'
import { type UsedTag, useMergeTag, useRemoveTag, useRenameTag, useTags, useTagsLike } from './labels'
import classes from './pages.module.css'
import { Uses } from './Uses'

/** TagsPage is where tags are found, renamed, merged and deleted. */
export function TagsPage() {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const [unused, setUnused] = useState(false)
  const [q] = useDebouncedValue(typed.trim(), 200)
  const tags = useTags(q, unused)
  const remove = useRemoveTag()
  const [renaming, setRenaming] = useState<UsedTag | null>(null)
  const [merging, setMerging] = useState<UsedTag | null>(null)
  const rows = tags.data?.pages.flatMap(p => p.results) ?? []
  const drop = async (x: UsedTag) => {
    const yes = await confirm({
      title: t('tagSettings.removeOne', { name: x.name }),
      text: t('tagSettings.removeText'),
      action: t('common.delete'),
      danger: true,
    })
    if (yes) remove.mutate(x.id, { onSuccess: () => say(t('tagSettings.removed', { name: x.name })) })
  }
  return (
    <>
      <PageHead title={t('tagSettings.title')} />
      <Text size="sm" c="dimmed" className={classes.lead}>
        {t('tagSettings.text')}
      </Text>
      <Group px="md" pb="sm" gap="md">
        <TextInput
          aria-label={t('tagSettings.search')}
          placeholder={t('tagSettings.search')}
          leftSection={<IconSearch size={14} aria-hidden />}
          value={typed}
          maxLength={200}
          onChange={e => setTyped(e.currentTarget.value)}
        />
        <Switch
          label={t('tagSettings.onlyUnused')}
          checked={unused}
          onChange={e => setUnused(e.currentTarget.checked)}
        />
      </Group>
      {tags.isError && <ErrorNote error={tags.error} retry={() => void tags.refetch()} />}
      {tags.isPending && <Loading />}
      {tags.data && rows.length === 0 && (
        <Empty
          title={t(q || unused ? 'common.nothing' : 'tagSettings.none')}
          text={q || unused ? undefined : t('tagSettings.noneText')}
        />
      )}
      {rows.length > 0 && (
        <ul className={classes.list} aria-label={t('tagSettings.title')}>
          {rows.map(x => (
            <li key={x.id} className={classes.row}>
              <div className={classes.main}>
                <Text span size="sm" fw={600} mr="xs">
                  {x.name}
                </Text>
                {x.moving && (
                  <Badge
                    variant="light"
                    size="sm"
                    className={classes.badge}
                    leftSection={<Loader size={10} aria-hidden />}
                  >
                    {t('tagSettings.moving')}
                  </Badge>
                )}
              </div>
              <Uses row={x} />
              <div className={classes.acts}>
                <Button
                  variant="default"
                  size="compact-sm"
                  disabled={x.moving}
                  aria-label={t('tagSettings.renameOne', { name: x.name })}
                  onClick={() => setRenaming(x)}
                >
                  {t('tagSettings.rename')}
                </Button>
                <Button
                  variant="default"
                  size="compact-sm"
                  disabled={x.moving}
                  aria-label={t('tagSettings.mergeOne', { name: x.name })}
                  onClick={() => setMerging(x)}
                >
                  {t('tagSettings.merge')}
                </Button>
                <Button
                  variant="subtle"
                  color="red"
                  size="compact-sm"
                  disabled={x.moving || x.tickets > 0}
                  title={x.tickets > 0 ? t('tagSettings.inUse') : undefined}
                  aria-label={t('tagSettings.removeOne', { name: x.name })}
                  onClick={() => void drop(x)}
                >
                  {t('common.delete')}
                </Button>
              </div>
            </li>
          ))}
        </ul>
      )}
      {tags.hasNextPage && (
        <Center py="md">
          <Button variant="default" loading={tags.isFetchingNextPage} onClick={() => void tags.fetchNextPage()}>
            {t('common.more')}
          </Button>
        </Center>
      )}
      <Modal
        closeButtonProps={{ 'aria-label': t('common.close') }}
        opened={renaming !== null}
        onClose={() => setRenaming(null)}
        title={renaming && t('tagSettings.renameOne', { name: renaming.name })}
      >
        {renaming && <RenameTag tag={renaming} done={() => setRenaming(null)} />}
      </Modal>
      <Modal
        closeButtonProps={{ 'aria-label': t('common.close') }}
        opened={merging !== null}
        onClose={() => setMerging(null)}
        title={merging && t('tagSettings.mergeOne', { name: merging.name })}
      >
        {merging && <MergeTag tag={merging} done={() => setMerging(null)} />}
      </Modal>
    </>
  )
}

/** Told says what becomes of tickets, and that it takes its time. */
function Told({ tag }: { tag: UsedTag }) {
  const { t } = useTranslation()
  if (tag.tickets === 0) return null
  return (
    <Alert variant="light" color="gray" p="xs">
      {t(tag.more ? 'tagSettings.eventsMany' : 'tagSettings.events', { count: tag.tickets })}
    </Alert>
  )
}

function RenameTag({ tag, done }: { tag: UsedTag; done: () => void }) {
  const { t } = useTranslation()
  const rename = useRenameTag()
  const [shown, setShown] = useState(false)
  const form = useForm({ initialValues: { name: tag.name } })
  return (
    <form
      onSubmit={form.onSubmit(({ name }) =>
        rename.mutate(
          { id: tag.id, name },
          {
            onSuccess: () => {
              say(t('common.saved'))
              done()
            },
            onError: e => setShown(applyErrors(form, e)),
          },
        ),
      )}
    >
      <Stack>
        <TextInput
          label={t('tagSettings.name')}
          required
          maxLength={255}
          data-autofocus
          {...form.getInputProps('name')}
        />
        <Told tag={tag} />
        <Failure error={rename.error} shown={shown} />
        <Buttons cancel={done} action={t('tagSettings.rename')} loading={rename.isPending} />
      </Stack>
    </form>
  )
}

function MergeTag({ tag, done }: { tag: UsedTag; done: () => void }) {
  const { t } = useTranslation()
  const merge = useMergeTag()
  const [typed, setTyped] = useState('')
  const [q] = useDebouncedValue(typed.trim(), 200)
  const [into, setInto] = useState<UsedTag | null>(null)
  const found = useTagsLike(into && q === into.name ? '' : q).filter(x => x.id !== tag.id && !x.moving)
  const all = into && !found.some(x => x.id === into.id) ? [into, ...found] : found
  const fault = merge.error?.fields.into?.join(' ')
  return (
    <form
      onSubmit={e => {
        e.preventDefault()
        if (!into) return
        merge.mutate(
          { id: tag.id, into: into.id },
          {
            onSuccess: () => {
              say(t('tagSettings.merging', { from: tag.name, to: into.name }))
              done()
            },
          },
        )
      }}
    >
      <Stack>
        <Select
          label={t('tagSettings.into')}
          placeholder={t('common.typeToSearch')}
          required
          searchable
          data-autofocus
          openOnFocus={false}
          filter={({ options }) => options}
          nothingFoundMessage={t('common.nothing')}
          data={all.map(x => ({ value: String(x.id), label: x.name }))}
          value={into ? String(into.id) : null}
          onSearchChange={setTyped}
          onChange={v => setInto(all.find(x => String(x.id) === v) ?? null)}
          error={fault}
        />
        {into && (
          <Text size="sm">
            {t(tag.more ? 'tagSettings.becomesMany' : 'tagSettings.becomes', {
              count: tag.tickets,
              from: tag.name,
              to: into.name,
            })}
          </Text>
        )}
        <Told tag={tag} />
        <Failure error={merge.error} shown={fault !== undefined} />
        <Buttons
          cancel={done}
          action={t('tagSettings.merge')}
          loading={merge.isPending}
          disabled={into === null}
          danger
        />
      </Stack>
    </form>
  )
}
