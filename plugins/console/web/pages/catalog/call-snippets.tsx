import { CopyOutlined } from '@ant-design/icons'
import { Button, Collapse } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Call, cliOf, curlOf, typeScriptOf } from './snippets.ts'

/** The same call by a program, to copy; the key stays in a variable. */
export function CallSnippets({ call }: { call: Call }) {
  const { t } = useTranslation('catalog')
  const all = [
    { key: 'curl', label: 'curl', text: curlOf(call) },
    { key: 'cli', label: t('commandLine'), text: cliOf(call) },
    { key: 'typescript', label: 'TypeScript', text: typeScriptOf(call) },
  ]
  return (
    <Collapse
      size="small"
      items={all.map(({ key, label, text }) => ({
        key,
        label,
        children: <Snippet text={text} label={label} />,
      }))}
    />
  )
}

function Snippet({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation()
  const [isCopied, setCopied] = useState(false)
  return (
    <div className="stack">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long text is scrolled by the keyboard, too */}
      <pre className="long-text" tabIndex={0}>
        {text}
      </pre>
      <div>
        <Button
          size="small"
          icon={<CopyOutlined />}
          aria-label={`${isCopied ? t('copied') : t('copy')}: ${label}`}
          onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
        >
          {isCopied ? t('copied') : t('copy')}
        </Button>
      </div>
    </div>
  )
}
