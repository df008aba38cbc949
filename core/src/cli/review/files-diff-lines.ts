import type { Language, Localized } from '@signalbox/sdk/errors'
import { harmlessLine, harmlessLines } from '../harmless-text.ts'
import type { FilesDiff } from './shown-review.ts'

type File = FilesDiff['files'][number]

/** The files of a version beside those of the release before it, as `diff -u` and `git` write them. Pure. */
export function filesDiffLines(
  { against, files, unchanged, isCut }: FilesDiff,
  language: Language,
): readonly string[] {
  return [
    ...files.flatMap((file) => fileLines(file, language)),
    ...(isCut ? [cut[language]] : []),
    endOf({ against, changed: files.length, unchanged }, language),
  ]
}

/** A line a file: what came, what went, and how many lines of it. Pure. */
export function filesStatLines(
  { against, files, unchanged, isCut }: FilesDiff,
  language: Language,
): readonly string[] {
  const lines = files.map((file) => {
    const mark = { added: 'A', removed: 'D', changed: 'M' }[file.kind]
    return harmlessLine(`${mark}  ${file.path}  ${countOf(file, language)}`)
  })
  const end = endOf({ against, changed: files.length, unchanged }, language)
  return [...lines, ...(isCut ? [cut[language]] : []), end]
}

const cut: Localized = {
  en: 'There are more changed files than are told.',
  'zh-CN': '更改的文件过多，未全部列出。',
}

const untoldWords: Readonly<Record<NonNullable<File['untold']>, Localized>> = {
  binary: { en: 'no text', 'zh-CN': '非文本' },
  'too-large': { en: 'too large to be compared', 'zh-CN': '过大，无法比较' },
  'too-different': { en: 'too different to be told', 'zh-CN': '差异过大，无法逐行列出' },
}

function fileLines(file: File, language: Language): readonly string[] {
  const { path, kind, isConfigSchema, before, after, diff, untold } = file
  const schema = { en: 'the schema of its settings', 'zh-CN': '设置项的模式' }
  const head = [
    `--- ${kind === 'added' ? '/dev/null' : `a/${path}`}`,
    `+++ ${kind === 'removed' ? '/dev/null' : `b/${path}`}`,
  ].map(harmlessLine)
  const note = isConfigSchema ? [`# ${schema[language]}`] : []
  if (diff !== null) return [...note, ...head, ...harmlessLines(diff).trimEnd().split('\n')]
  const why = untold === null ? [] : [`# ${untoldWords[untold][language]}`]
  return [...note, ...head, ...why, `# ${digestOf(before)} -> ${digestOf(after)}`]
}

function digestOf(digest: File['before']): string {
  return digest === null ? '-' : `${digest.bytes} B sha256:${digest.sha256}`
}

function countOf({ diff, untold, before, after }: File, language: Language): string {
  if (diff === null) {
    const why = untold === null ? '' : `, ${untoldWords[untold][language]}`
    return `${before?.bytes ?? 0} -> ${after?.bytes ?? 0} B${why}`
  }
  const lines = diff.split('\n')
  const count = (sign: string) => lines.filter((line) => line.startsWith(sign)).length
  return `+${count('+')} -${count('-')}`
}

function endOf(
  { against, changed, unchanged }: { against: string | null; changed: number; unchanged: number },
  language: Language,
): string {
  const first = { en: 'the first release', 'zh-CN': '首个版本' }[language]
  return {
    en: `${changed} files changed, ${unchanged} not (beside ${against ?? first})`,
    'zh-CN': `${changed} 个文件已更改，${unchanged} 个未更改（对比 ${against ?? first}）`,
  }[language]
}
