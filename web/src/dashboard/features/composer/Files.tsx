import { Group, Loader, Pill, Progress, Text } from '@mantine/core'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '@/api/client'
import { useMe } from '@/shared/me'
import { words } from '@/shared/notify'
import { type Attached, upload } from './api'

export const size = (bytes: number) =>
  bytes < 1024
    ? `${bytes} B`
    : bytes < 1024 ** 2
      ? `${Math.round(bytes / 1024)} kB`
      : `${(bytes / 1024 ** 2).toFixed(1)} MB`

export type Going = { id: number; name: string; share: number; stop: () => void }

/** useUploads sends files and hands over those that are there. */
export function useUploads(have: Attached[], took: (files: Attached[]) => void) {
  const { t } = useTranslation()
  const { limits } = useMe()
  const [going, setGoing] = useState<Going[]>([])
  const [problem, setProblem] = useState('')
  const next = useRef(1)
  const send = async (files: File[]) => {
    setProblem('')
    const total = files.reduce((n, f) => n + f.size, 0)
    if (have.length + going.length + files.length > 50) return setProblem(t('composer.files.tooMany', { count: 50 }))
    if (total > limits.upload_size) return setProblem(t('composer.files.tooLarge', { size: size(limits.upload_size) }))
    const empty = files.find(f => f.size === 0)
    if (empty) return setProblem(t('composer.files.empty', { name: empty.name }))
    await Promise.all(
      files.map(async f => {
        const id = next.current++
        const stop = new AbortController()
        setGoing(g => [...g, { id, name: f.name, share: 0, stop: () => stop.abort() }])
        try {
          took(await upload([f], share => setGoing(g => g.map(x => (x.id === id ? { ...x, share } : x))), stop.signal))
        } catch (e) {
          if (e instanceof Problem) setProblem(`${f.name}: ${words(e)}`)
        } finally {
          setGoing(g => g.filter(x => x.id !== id))
        }
      }),
    )
  }
  return { going, problem, send }
}

/** FileList shows what is attached and what is on its way. */
export function FileList({
  files,
  going,
  problem,
  onRemove,
}: {
  files: Attached[]
  going: Going[]
  problem: string
  onRemove: (id: number) => void
}) {
  const { t } = useTranslation()
  if (files.length + going.length === 0 && !problem) return null
  return (
    <Group gap={6} role="group" aria-label={t('composer.files.label')}>
      {files.map(f => (
        <Pill
          key={f.id}
          size="md"
          withRemoveButton
          onRemove={() => onRemove(f.id)}
          removeButtonProps={{
            'aria-label': t('composer.files.remove', { name: f.file_name }),
            'aria-hidden': false,
            tabIndex: 0,
          }}
        >
          {f.file_name} · {size(f.size)}
        </Pill>
      ))}
      {going.map(g => (
        <Pill
          key={g.id}
          size="md"
          withRemoveButton
          onRemove={g.stop}
          removeButtonProps={{
            'aria-label': t('composer.files.stop', { name: g.name }),
            'aria-hidden': false,
            tabIndex: 0,
          }}
        >
          <Group gap={6} wrap="nowrap">
            <Loader size={12} aria-hidden />
            {g.name}
            <Progress
              value={g.share * 100}
              w={60}
              size="sm"
              aria-label={t('composer.files.progress', { name: g.name })}
            />
          </Group>
        </Pill>
      ))}
      {problem && (
        <Text size="sm" c="red" role="alert">
          {problem}
        </Text>
      )}
    </Group>
  )
}
