import { Input } from 'antd'
import { useEffect, useState } from 'react'
import { useParam } from '../app/use-param.ts'

/** Words that a list is searched for or narrowed to: they stand in the address once they are sent, and follow it when somebody goes back. */
export function WordSearch({
  label,
  hint = label,
  button,
  param = 'q',
}: {
  label: string
  hint?: string
  /** Its word; else a glass. */
  button?: string
  /** The word of the address. */
  param?: string
}) {
  const [q = '', setQ] = useParam(param)
  const [words, setWords] = useState(q)
  useEffect(() => setWords(q), [q])
  return (
    <Input.Search
      aria-label={label}
      placeholder={hint}
      allowClear
      {...(button === undefined ? {} : { enterButton: button })}
      maxLength={100}
      value={words}
      onChange={(event) => setWords(event.target.value)}
      onSearch={(value) => setQ(value.trim())}
    />
  )
}
