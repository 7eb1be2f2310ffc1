import { Anchor, Group, Modal, Text, UnstyledButton } from '@mantine/core'
import { IconFile, IconFileText, IconFileTypePdf, IconPhoto } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/api/client'
import classes from './Ticket.module.css'

type File = Schema<'TimelineAttachment'>

/** size is a number of bytes for people. */
export function size(bytes: number, language: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const
  const n = Math.min(units.length - 1, bytes > 0 ? Math.floor(Math.log(bytes) / Math.log(1000)) : 0)
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: units[n],
    unitDisplay: 'short',
    maximumFractionDigits: n > 1 ? 1 : 0,
  }).format(bytes / 1000 ** n)
}

const icons = { image: IconPhoto, pdf: IconFileTypePdf, text: IconFileText, other: IconFile }

/** Attachments shows files: pictures as pictures, others by name. */
export function Attachments({ files }: { files: File[] }) {
  const { t } = useTranslation()
  const [shown, setShown] = useState<File | null>(null)
  if (files.length === 0) return null
  return (
    <>
      <ul className={classes.files} aria-label={t('ticket.file.list')}>
        {files.map(f => (
          <li key={f.id}>
            {f.kind === 'image' && f.url ? <Picture file={f} onOpen={() => setShown(f)} /> : <Plain file={f} />}
          </li>
        ))}
      </ul>
      <Modal opened={shown !== null} onClose={() => setShown(null)} title={shown?.name} size="xl">
        {shown && (
          <>
            <img src={shown.url} alt={shown.name} className={classes.big} />
            <Group mt="sm" justify="center">
              <Anchor href={shown.url} target="_blank" rel="noopener noreferrer" size="sm">
                {t('ticket.file.open')}
              </Anchor>
            </Group>
          </>
        )}
      </Modal>
    </>
  )
}

function Picture({ file, onOpen }: { file: File; onOpen: () => void }) {
  const { t } = useTranslation()
  const [broken, setBroken] = useState(false)
  if (broken) return <Plain file={file} />
  return (
    <UnstyledButton
      className={classes.picture}
      onClick={onOpen}
      title={file.name}
      aria-label={t('ticket.file.enlarge', { name: file.name })}
    >
      <img src={file.url} alt="" loading="lazy" decoding="async" onError={() => setBroken(true)} />
    </UnstyledButton>
  )
}

function Plain({ file }: { file: File }) {
  const { t, i18n } = useTranslation()
  const Icon = icons[file.kind]
  const inner = (
    <>
      <Icon size={16} aria-hidden />
      <span title={file.name}>{file.name}</span>
      <Text span inherit c="dimmed">
        {size(file.size, i18n.language)}
      </Text>
    </>
  )
  if (!file.url) {
    return (
      <span className={classes.file} title={t('ticket.file.missing')}>
        {inner}
      </span>
    )
  }
  return (
    <a className={classes.file} href={file.url} target="_blank" rel="noopener noreferrer">
      {inner}
    </a>
  )
}
