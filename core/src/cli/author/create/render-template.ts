import { glob, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { coreErrors } from '../../../errors.ts'
import type { TemplateLanguage, TemplateName } from './templates.ts'

const ROOT = fileURLToPath(new URL('../../../../templates/', import.meta.url))

export interface TemplateWish {
  readonly template: TemplateName
  readonly language: TemplateLanguage
  /** With or without a scope, such as @acme/quality-gate. */
  readonly packageName: string
}

/** Files whose names npm or git would act upon in the template itself. */
const renamed: Readonly<Record<string, string>> = { gitignore: '.gitignore' }

/**
 * Writes a plugin into a new or empty folder: what all have, what the template has, what it has in the language.
 * @returns the paths that were written, in order
 * @throws CORE_CREATE_FOLDER_TAKEN, CORE_ARGUMENT_INVALID for a name that no plugin may have
 */
export async function renderTemplate(
  folder: string,
  { template, language, packageName }: TemplateWish,
): Promise<readonly string[]> {
  const name = bareName(packageName)
  await requireRoom(folder)
  const values = { __PACKAGE__: packageName, __NAME__: name, __TITLE__: titleOf(name) }
  const parts = [
    'shared/common',
    `shared/${language}`,
    `${template}/common`,
    `${template}/${language}`,
  ]
  // A pack without code has no compiler to set up.
  const used = template === 'declarative-pack' ? parts.filter((one) => one !== 'shared/ts') : parts
  const files = new Map<string, string>()
  for (const part of used) {
    for (const path of await filesBelow(join(ROOT, part))) {
      const text = fill(await readFile(join(ROOT, part, path), 'utf8'), values)
      const target = renamed[path] ?? path
      const before = files.get(target)
      files.set(target, before === undefined ? text : merged(before, text))
    }
  }
  const paths = [...files.keys()].sort()
  for (const path of paths) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), files.get(path) ?? '')
  }
  return paths
}

/** One file in two parts is package.json: what the language adds to scripts and devDependencies. */
function merged(one: string, other: string): string {
  const [base, extra] = [one, other].map((text) => JSON.parse(text))
  const isTemplate = (document: object) => 'signalbox' in document
  const [whole, added] = isTemplate(extra) ? [extra, base] : [base, extra]
  const scripts = { ...whole.scripts, ...added.scripts }
  const devDependencies = { ...whole.devDependencies, ...added.devDependencies }
  return `${JSON.stringify({ ...whole, scripts, devDependencies }, null, 2)}\n`
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/__(PACKAGE|NAME|TITLE)__/g, (place) => values[place] ?? place)
}

/** `@acme/quality-gate` is quality-gate in the names of its services and events. */
function bareName(packageName: string): string {
  const name = packageName.replace(/^@[a-z0-9][a-z0-9._-]*\//, '')
  if (/^[a-z][a-z0-9-]{0,49}$/.test(name)) return name
  const reason = `"${packageName}" is not of the form quality-gate or @acme/quality-gate`
  throw coreErrors.create('ARGUMENT_INVALID', { name: 'name', reason })
}

function titleOf(name: string): string {
  const words = name.replaceAll('-', ' ').trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

async function requireRoom(folder: string): Promise<void> {
  const there = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  // A repository that was just begun is as good as empty.
  const others = there.filter((name) => name !== '.git')
  if (others.length > 0) throw coreErrors.create('CREATE_FOLDER_TAKEN', { folder })
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const paths: string[] = []
  for await (const path of glob('**/*', { cwd: folder })) {
    if ((await stat(join(folder, path))).isFile()) paths.push(path)
  }
  return paths.sort()
}
