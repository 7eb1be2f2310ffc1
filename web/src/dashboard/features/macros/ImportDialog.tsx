import { Alert, Badge, Button, FileInput, Group, List, Modal, ScrollArea, Stack, Table, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem, type Schema } from '@/api/client'
import { say } from '@/shared/notify'
import { ErrorNote } from '@/shared/ui/ErrorNote'
import { type MacroImport, useImportMacros } from './api'

/** ImportDialog shows what a file would do before it does it. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const run = useImportMacros()
  const [file, setFile] = useState<Schema<'MacroFile'> | null>(null)
  const [report, setReport] = useState<MacroImport | null>(null)
  const [wrong, setWrong] = useState<'' | 'json' | Problem>('')
  const read = async (picked: File | null) => {
    setReport(null)
    setFile(null)
    setWrong('')
    if (!picked) return
    let content: Schema<'MacroFile'>
    try {
      content = JSON.parse(await picked.text())
    } catch {
      return setWrong('json')
    }
    try {
      setReport(await run.mutateAsync({ dry_run: true, file: content }))
      setFile(content)
    } catch (e) {
      if (e instanceof Problem) setWrong(e)
    }
  }
  const take = async () => {
    if (!file) return
    try {
      const done = await run.mutateAsync({ dry_run: false, file })
      if (!done.written) return setReport(done)
      say(t('macros.import.done', { count: done.macros.length }))
      onClose()
    } catch (e) {
      if (e instanceof Problem) setWrong(e)
    }
  }
  const bad = report?.macros.filter(m => m.problems.length > 0).length ?? 0
  return (
    <Modal opened onClose={onClose} title={t('macros.import.title')} size="lg">
      <Stack>
        <FileInput
          label={t('macros.import.file')}
          placeholder={t('macros.import.pick')}
          accept="application/json,.json"
          clearable
          onChange={f => void read(f)}
          error={wrong === 'json' && t('macros.import.notJSON')}
        />
        {wrong instanceof Problem && <ErrorNote error={wrong} />}
        {report && (
          <>
            {bad > 0 && <Alert color="red">{t('macros.import.bad', { count: bad })}</Alert>}
            <ScrollArea.Autosize mah="45vh" tabIndex={0} aria-label={t('macros.import.report')}>
              <Table>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t('macros.name')}</Table.Th>
                    <Table.Th>{t('macros.import.report')}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {report.macros.map((m, i) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: a file may have a name twice
                    <Table.Tr key={i}>
                      <Table.Td>{m.name || '–'}</Table.Td>
                      <Table.Td>
                        {m.problems.length === 0 ? (
                          <Badge variant="default">
                            {t(m.replaces ? 'macros.import.replaces' : 'macros.import.adds')}
                          </Badge>
                        ) : (
                          <List size="sm">
                            {m.problems.map(p => (
                              <List.Item key={p}>{p}</List.Item>
                            ))}
                          </List>
                        )}
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </ScrollArea.Autosize>
            {report.macros.length === 0 && <Text size="sm">{t('macros.import.none')}</Text>}
          </>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button
            onClick={() => void take()}
            disabled={!file || bad > 0 || report?.macros.length === 0}
            loading={run.isPending}
          >
            {t('macros.import.action', { count: report?.macros.length ?? 0 })}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
