import { randomInt } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Demo, DemoPerson } from './demo-file.ts'
import { type HostClient, HostRefusal } from './host-client.ts'
import { say } from './language.ts'

const PASSWORD_FILE = 'demo-password'

/** All that the plugins of the demo ask of users: its people look at everything. */
const ROLE = 'demo-everything'

/** What a role may hold. */
const MAX_PERMISSIONS = 500
/** People of a demo; beyond them nobody of it is looked for. */
const MAX_PAGES = 10
const PAGE = 200

interface Account {
  readonly id: string
  readonly login: string
  readonly state: string
}

/**
 * Makes the people of a demo, each with the password of its file. The file has its name when everybody has the password, so
 * that a start after a kill goes on with the same one.
 * @returns lines to print: where they sign in
 */
export async function makePeople(
  client: HostClient,
  { tenant, people = [] }: Demo,
  { url, dataFolder }: { readonly url: string; readonly dataFolder: string },
): Promise<string[]> {
  if (people.length === 0) return []
  await keepRole(client, tenant.id)
  const file = join(dataFolder, PASSWORD_FILE)
  const kept = await passwordIn(file)
  const password = kept ?? (await nextPassword(`${file}.new`))
  const accounts = await accountsOf(client, tenant.id)
  for (const person of people) {
    const account =
      accounts.get(person.login.toLowerCase()) ?? (await makeUser(client, tenant.id, person))
    await letIn(client, tenant.id, { account, password, isNew: kept === undefined })
  }
  if (kept === undefined) await rename(`${file}.new`, file)
  return [
    say(
      {
        en: 'to look at it in a browser: {page} - company {tenant}, login {login}, the password is in {file}',
        'zh-CN': '在浏览器中查看：{page} - 租户 {tenant}，登录名 {login}，密码保存在 {file}',
      },
      {
        page: `${url}/sign-in`,
        tenant: tenant.id,
        login: people.map(({ login }) => login).join(' / '),
        file,
      },
    ),
  ]
}

/** Follows what the plugins ask for: a newer version may ask for more. */
async function keepRole(client: HostClient, tenant: string): Promise<void> {
  const asked: string[] = []
  for await (const { id } of itemsOf<{ id: string }>(client, `/v1/tenants/${tenant}/permissions`)) {
    if (asked.length < MAX_PERMISSIONS) asked.push(id)
  }
  const path = `/v1/roles/${ROLE}?tenant=${tenant}`
  const known = await client
    .request<{ permissions: string[] }>('GET', path)
    .catch((error: unknown) => {
      if (error instanceof HostRefusal && error.problem.status === 404) return undefined
      throw error
    })
  if (known !== undefined && same(known.permissions, asked)) return
  const name = say({ en: 'Everything in the demo', 'zh-CN': '演示中的全部权限' })
  await client.request('PUT', path, { name, permissions: asked })
}

function same(some: readonly string[], others: readonly string[]): boolean {
  return [...some].sort().join('\n') === [...others].sort().join('\n')
}

async function accountsOf(client: HostClient, tenant: string): Promise<Map<string, Account>> {
  const found = new Map<string, Account>()
  for await (const one of itemsOf<Account>(client, '/v1/users', `&tenant=${tenant}`)) {
    found.set(one.login, one)
  }
  return found
}

function makeUser(client: HostClient, tenant: string, person: DemoPerson): Promise<Account> {
  const roles = [...(person.roles ?? []), ROLE]
  return client.request('POST', '/v1/users', { ...person, tenant, roles })
}

/** Whoever has been let in has this password, or has chosen another since. */
async function letIn(
  client: HostClient,
  tenant: string,
  {
    account: { id, state },
    password,
    isNew,
  }: { readonly account: Account; readonly password: string; readonly isNew: boolean },
): Promise<void> {
  if (state !== 'invited' && !(state === 'active' && isNew)) return
  const link = `/v1/users/${id}/link?tenant=${tenant}`
  const { ticket } = await client.request<{ ticket: string }>('POST', link)
  const way = state === 'invited' ? 'invitation' : 'reset:confirm'
  await client.request('POST', `/v1/sign-in/${way}`, { ticket, password })
}

async function* itemsOf<Item>(
  client: HostClient,
  path: string,
  more = '',
): AsyncGenerator<Item, void, undefined> {
  let cursor = ''
  for (let page = 0; page < MAX_PAGES; page++) {
    const query = `?limit=${PAGE}${more}${cursor}`
    const { items, next } = await client.request<{ items: Item[]; next?: string }>(
      'GET',
      `${path}${query}`,
    )
    yield* items
    if (next === undefined) return
    cursor = `&cursor=${encodeURIComponent(next)}`
  }
}

/** Of a start that was cut off, or a fresh one. */
async function nextPassword(file: string): Promise<string> {
  const begun = await passwordIn(file)
  if (begun !== undefined) return begun
  const password = makePassword()
  await writeFile(file, `${password}\n`, { mode: 0o600 })
  return password
}

/** @returns undefined where there is none, or one that was cut off while it was written */
async function passwordIn(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  return /^\S{15,128}\n$/.test(text) ? text.trim() : undefined
}

/** None of them is taken for another when it is typed. 24 are 117 bits. */
const letters = 'abcdefghjkmnpqrstuvwxyz23456789'

function makePassword(): string {
  const word = () => Array.from({ length: 6 }, () => letters[randomInt(letters.length)]).join('')
  return [word(), word(), word(), word()].join('-')
}
