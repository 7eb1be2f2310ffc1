import { Button, Menu, TextInput } from '@mantine/core'
import { IconDotsVertical, IconDownload, IconPlus, IconSearch, IconUpload } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCommand } from '@/shared/commands'
import { best } from '@/shared/compose/trigger'
import { confirm } from '@/shared/confirm'
import { useCan } from '@/shared/me'
import { say } from '@/shared/notify'
import { Empty } from '@/shared/ui/Empty'
import { ErrorNote } from '@/shared/ui/ErrorNote'
import { Loading } from '@/shared/ui/Loading'
import { PageHead } from '@/shared/ui/PageHead'
import { exportAddress, type Macro, macrosQuery, useDeleteMacro, useOrderMacros } from './api'
import { ImportDialog } from './ImportDialog'
import { MacroEditor } from './MacroEditor'
import { MacroTable } from './MacroTable'

/** MacrosPage is where answers that come again and again are kept. */
export function MacrosPage() {
  const { t } = useTranslation()
  const may = useCan('macros')
  const { data, error, refetch } = useQuery(macrosQuery())
  const [sought, setSought] = useState('')
  const [editing, setEditing] = useState<{ macro: Macro | null; copy?: boolean } | null>(null)
  const [importing, setImporting] = useState(false)
  const order = useOrderMacros()
  const remove = useDeleteMacro()
  useCommand(
    may && {
      id: 'macro-new',
      label: t('macros.new'),
      keys: 'shift+n',
      group: t('macros.title'),
      run: () => setEditing({ macro: null }),
    },
  )
  const all = data?.results ?? []
  const shown = sought.trim() ? best(all, sought, m => m.name, 1000) : all
  const drop = async (m: Macro) => {
    const yes = await confirm({
      title: t('macros.delete.title', { name: m.name }),
      text: t('macros.delete.text'),
      action: t('common.delete'),
      danger: true,
    })
    if (yes) remove.mutate(m.id, { onSuccess: () => say(t('macros.delete.done', { name: m.name })) })
  }
  return (
    <>
      <PageHead title={t('macros.title')}>
        {all.length > 8 && (
          <TextInput
            size="xs"
            aria-label={t('common.search')}
            placeholder={t('common.search')}
            leftSection={<IconSearch size={14} aria-hidden />}
            value={sought}
            onChange={e => setSought(e.currentTarget.value)}
          />
        )}
        {may && (
          <>
            <Menu position="bottom-end">
              <Menu.Target>
                <Button variant="default" leftSection={<IconDotsVertical size={15} aria-hidden />}>
                  {t('common.more')}
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item leftSection={<IconUpload size={15} aria-hidden />} onClick={() => setImporting(true)}>
                  {t('macros.import.title')}
                </Menu.Item>
                <Menu.Item
                  component="a"
                  href={exportAddress}
                  download="macros.json"
                  leftSection={<IconDownload size={15} aria-hidden />}
                >
                  {t('macros.export')}
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
            <Button leftSection={<IconPlus size={15} aria-hidden />} onClick={() => setEditing({ macro: null })}>
              {t('macros.new')}
            </Button>
          </>
        )}
      </PageHead>
      {error && <ErrorNote error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading />}
      {data && all.length === 0 && (
        <Empty title={t('macros.empty')} text={t(may ? 'macros.emptyText' : 'macros.emptyAsk')}>
          {may && <Button onClick={() => setEditing({ macro: null })}>{t('macros.new')}</Button>}
        </Empty>
      )}
      {all.length > 0 && (
        <MacroTable
          macros={shown}
          may={may}
          sortable={may && !sought.trim()}
          onOrder={ids => order.mutate(ids)}
          onEdit={macro => setEditing({ macro })}
          onCopy={macro => setEditing({ macro, copy: true })}
          onDelete={m => void drop(m)}
        />
      )}
      {editing && (
        <MacroEditor
          key={`${editing.macro?.id}-${editing.copy}`}
          macro={editing.macro}
          copy={editing.copy}
          onClose={() => setEditing(null)}
        />
      )}
      {importing && <ImportDialog onClose={() => setImporting(false)} />}
    </>
  )
}
