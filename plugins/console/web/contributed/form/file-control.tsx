import { Alert } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { bytesText } from '../../parts/formats.ts'
import { usePlace } from '../../parts/use-place.ts'

interface Props {
  readonly id?: string
  readonly onChange?: (value: string | undefined) => void
  readonly maxBytes: number
  readonly accept: string | undefined
  readonly label: string
}

/** A file, as base64 in the input. */
export function FileControl({ id, onChange, maxBytes, accept, label }: Props) {
  const { t } = useTranslation('contributed')
  const place = usePlace()
  const [isTooLarge, setTooLarge] = useState(false)
  const take = async (file: File | undefined) => {
    const tooLarge = file !== undefined && file.size > maxBytes
    setTooLarge(tooLarge)
    onChange?.(file === undefined || tooLarge ? undefined : await base64Of(file))
  }
  return (
    <>
      <input
        {...(id === undefined ? {} : { id })}
        type="file"
        aria-label={label}
        {...(accept === undefined ? {} : { accept })}
        onChange={(event) => void take(event.target.files?.[0])}
      />
      {isTooLarge && (
        <Alert
          type="error"
          showIcon
          title={t('form.tooLarge', { most: bytesText(maxBytes, place) })}
        />
      )}
    </>
  )
}

async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  const parts: string[] = []
  // As much at once as a call takes arguments.
  for (let from = 0; from < bytes.length; from += 0x8000) {
    parts.push(String.fromCharCode(...bytes.subarray(from, from + 0x8000)))
  }
  return btoa(parts.join(''))
}
