import type { ArgsDef } from 'citty'
import { say } from './language.ts'

/** Of the last word of a command that takes any number of them. */
export const SEVERAL = '…'

/**
 * What a command would pass over without a word: a misspelt option, whose default then counts, or one word too many.
 * @param words behind the command's name
 * @returns what is said against it
 */
export function strangeWord(words: readonly string[], args: ArgsDef): string | undefined {
  const names = optionsOf(args)
  const plain: string[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '--') {
      plain.push(...words.slice(at + 1))
      break
    }
    // Less than nothing is a value, and so is a hyphen alone.
    if (!/^--?[a-z]/i.test(word)) {
      plain.push(word)
      continue
    }
    const [option = ''] = word.split('=')
    const takesValue = names.get(option)
    if (takesValue === undefined) return unknownOption(option, [...names.keys()])
    if (takesValue && !word.includes('=')) at++
  }
  const extra = plain[mostWords(args)]
  return extra === undefined ? undefined : oneTooMany(extra)
}

function mostWords(args: ArgsDef): number {
  const named = Object.values(args).filter(({ type }) => type === 'positional')
  return named.some(({ valueHint }) => valueHint === SEVERAL)
    ? Number.POSITIVE_INFINITY
    : named.length
}

function oneTooMany(word: string): string {
  return say({ en: 'There is no place for {word}.', 'zh-CN': '多余的参数 {word}。' }, { word })
}

/** By what is typed, and whether a value follows it. */
function optionsOf(args: ArgsDef): ReadonlyMap<string, boolean> {
  const names = new Map([
    ['--help', false],
    ['-h', false],
  ])
  for (const [name, { type, ...of }] of Object.entries(args)) {
    if (type === 'positional') continue
    const aliases = 'alias' in of ? [of.alias ?? []].flat() : []
    for (const one of [name, ...aliases]) {
      names.set(one.length === 1 ? `-${one}` : `--${one}`, type !== 'boolean')
      if (type === 'boolean') names.set(`--no-${one}`, false)
    }
  }
  return names
}

function unknownOption(option: string, known: readonly string[]): string {
  const meant = known.find((one) => one.startsWith(option) || option.startsWith(one))
  return meant === undefined || option.length < 4
    ? say({ en: 'Unknown option {option}.', 'zh-CN': '未知选项 {option}。' }, { option })
    : say(
        {
          en: 'Unknown option {option}: did you mean {meant}?',
          'zh-CN': '未知选项 {option}：您是指 {meant} 吗？',
        },
        { option, meant },
      )
}

/** @returns what is said of a word where a group has its commands */
export function strangeCommand(word: string | undefined): string | undefined {
  if (word === undefined || word.startsWith('-')) return undefined
  return say({ en: 'Unknown command {word}.', 'zh-CN': '未知命令 {word}。' }, { word })
}
