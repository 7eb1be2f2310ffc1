import { ActionIcon, Button, Group, Menu } from '@mantine/core'
import { IconChevronDown, IconLock, IconSend } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { type Status, statuses } from '@/shared/ui/Status'
import type { Kind } from './api'

export type As = Status | 'keep'

/** remembered is how one last sent. */
export const remembered = {
  get: (kind: Kind): As | null => {
    const v = localStorage.getItem(`storedesk.sendAs.${kind}`)
    return v === 'keep' || statuses.some(s => s === v) ? (v as As) : null
  },
  set: (kind: Kind, as: As) => localStorage.setItem(`storedesk.sendAs.${kind}`, as),
}

/** SendButton sends, and says as what; the arrow chooses another status. */
export function SendButton({
  kind,
  as,
  onChoose,
  onSend,
  busy,
  disabled,
}: {
  kind: Kind
  as: As
  onChoose: (as: As) => void
  onSend: () => void
  busy: boolean
  disabled: boolean
}) {
  const { t } = useTranslation()
  const color = kind === 'note' ? 'note' : undefined
  const label =
    as === 'keep' ? t(`composer.${kind}.send`) : t(`composer.${kind}.sendAs`, { status: t(`common.status.${as}`) })
  return (
    <Group gap={0} wrap="nowrap">
      <Button
        onClick={onSend}
        loading={busy}
        disabled={disabled}
        color={color}
        leftSection={kind === 'note' ? <IconLock size={15} aria-hidden /> : <IconSend size={15} aria-hidden />}
        style={{ borderStartEndRadius: 0, borderEndEndRadius: 0 }}
        title={t('composer.sendKeys')}
      >
        {label}
      </Button>
      <Menu position="top-end" withinPortal>
        <Menu.Target>
          <ActionIcon
            variant="filled"
            color={color ?? 'blue'}
            size={36}
            disabled={busy}
            aria-label={t('composer.chooseStatus')}
            style={{ borderStartStartRadius: 0, borderEndStartRadius: 0, marginInlineStart: 1 }}
          >
            <IconChevronDown size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{t('composer.chooseStatus')}</Menu.Label>
          {(['keep', 'open', 'pending', 'solved', 'closed'] as const).map(s => (
            <Menu.Item key={s} onClick={() => onChoose(s)} aria-current={s === as || undefined}>
              {s === 'keep' ? t('composer.keepStatus') : t(`common.status.${s}`)}
              {s === as ? ' ✓' : ''}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </Group>
  )
}
