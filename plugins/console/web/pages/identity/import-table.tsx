import { UploadOutlined } from '@ant-design/icons'
import { Button, Card, Input, Upload } from 'antd'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { COLUMNS, type TableName } from './import.ts'

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
  const title = t(`import.tables.${name}`)
  return (
    <Card
      size="small"
      title={<label htmlFor={id}>{title}</label>}
      extra={
        <Upload
          accept=".csv,text/csv"
          showUploadList={false}
          beforeUpload={(file) => {
            void file.text().then(onChange)
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
        onChange={(event) => onChange(event.target.value)}
      />
      <small id={`${id}-hint`}>
        {t('import.columns')} <code>{COLUMNS[name]}</code>
      </small>
    </Card>
  )
}
