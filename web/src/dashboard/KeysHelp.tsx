import { Group, Kbd, Modal, Stack, Table, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { type Command, useCommands } from '@/shared/commands'

const mac = navigator.platform.startsWith('Mac')

/** Keys shows the keys of a command, one after the other. */
export function Keys({ of }: { of: string }) {
  return (
    <Group gap={4} wrap="nowrap">
      {of.split(' ').map(k => (
        <Kbd key={k}>{k.replace('mod+', mac ? '⌘' : 'Ctrl+').replace('shift+', '⇧')}</Kbd>
      ))}
    </Group>
  )
}

/** shown are the commands with keys, the latest of each key. */
export function shown(list: Command[]): Command[] {
  const byKeys = new Map<string, Command>()
  for (const c of list) if (c.keys) byKeys.set(c.keys, c)
  return [...byKeys.values()]
}

/** KeysHelp lists the keys that work on this page now. */
export function KeysHelp({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const list = shown(useCommands())
  return (
    <Modal opened onClose={onClose} title={t('shell.keysNow')}>
      <Stack>
        {list.length === 0 && <Text>{t('shell.noKeys')}</Text>}
        <Table>
          <Table.Tbody>
            {list.map(c => (
              <Table.Tr key={c.id}>
                <Table.Td>{c.label}</Table.Td>
                <Table.Td w={120}>
                  <Keys of={c.keys!} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Stack>
    </Modal>
  )
}
