import { Input } from 'antd'
import { useEffect, useState } from 'react'
import { useParam } from '../app/use-param.ts'

/** Words that a list is searched for: they stand in the address once they are sent, and follow it when somebody goes back. */
export function WordSearch({
  label,
  hint,
  button,
}: {
  label: string
  hint: string
  button: string
}) {
  const [q = '', setQ] = useParam('q')
  const [words, setWords] = useState(q)
  useEffect(() => setWords(q), [q])
  return (
    <Input.Search
      aria-label={label}
      placeholder={hint}
      allowClear
      enterButton={button}
      maxLength={100}
      value={words}
      onChange={(event) => setWords(event.target.value)}
      onSearch={(value) => setQ(value.trim())}
    />
  )
}
