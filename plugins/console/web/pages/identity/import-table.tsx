import { UploadOutlined } from '@ant-design/icons'
import { Alert, Button, Card, Input, Upload } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { bytesText } from '../../parts/formats.ts'
import { usePlace } from '../../parts/use-place.ts'
import { COLUMNS, type TableName } from './import.ts'
import { MOST_TABLE_BYTES, tableText } from './table-text.ts'

type FileNote = 'tooLarge' | 'notRead' | 'notText' | 'asGb'

/** One table: a file, or pasted out of a spreadsheet as CSV. */
export function ImportTable({
  name,
  text,
  onChange,
}: {
  name: TableName
  text: string
  onChange: (text: string) => void
}) {
  const { t } = useTranslation('identity')
  const id = useId()
  const place = usePlace()
  const [note, setNote] = useState<FileNote>()
  const title = t(`import.tables.${name}`)
  const take = async (file: File) => {
    const { text: read, note: found } = await readFile(file)
    setNote(found)
    if (read !== undefined) onChange(read)
  }
  return (
    <Card
      size="small"
      title={<label htmlFor={id}>{title}</label>}
      extra={
        <Upload
          accept=".csv,text/csv"
          showUploadList={false}
          beforeUpload={(file) => {
            void take(file)
            return false
          }}
        >
          <Button size="small" icon={<UploadOutlined />} aria-label={t('import.fileOf', { title })}>
            {t('import.file')}
          </Button>
        </Upload>
      }
    >
      <Input.TextArea
        id={id}
        value={text}
        spellCheck={false}
        className="mono"
        autoSize={{ minRows: 2, maxRows: 12 }}
        placeholder={COLUMNS[name]}
        aria-describedby={`${id}-hint`}
        onChange={(event) => {
          setNote(undefined)
          onChange(event.target.value)
        }}
      />
      <div aria-live="polite">
        {note !== undefined && (
          <Alert
            type={note === 'asGb' ? 'warning' : 'error'}
            showIcon
            title={t(`import.${note}`, { most: bytesText(MOST_TABLE_BYTES, place) })}
          />
        )}
      </div>
      <small id={`${id}-hint`}>
        {t('import.columns')} <code>{COLUMNS[name]}</code>
      </small>
    </Card>
  )
}

/** @returns its text, and what has to be said of it */
async function readFile(file: File): Promise<{ readonly text?: string; readonly note?: FileNote }> {
  if (file.size > MOST_TABLE_BYTES) return { note: 'tooLarge' }
  try {
    const read = tableText(new Uint8Array(await file.arrayBuffer()))
    if (read === undefined) return { note: 'notText' }
    return read.isGb ? { text: read.text, note: 'asGb' } : { text: read.text }
  } catch {
    return { note: 'notRead' }
  }
}
