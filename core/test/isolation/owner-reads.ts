import { formsIn } from '../support/canaries.ts'
import { readsOf } from './tenant-belongings.ts'
import { adminOf, belongingsOf, mustTell, partyOf, type World } from './world.ts'

/**
 * Reads everything that was planted, as whom it belongs to: what cannot be read by anybody proves nothing by not being
 * found.
 * @returns the kinds of canaries that were read
 */
export async function ownerReads(world: World): Promise<ReadonlySet<string>> {
  const victim = partyOf(world, 'victim@acme')
  const { blob, upload, linkPath } = belongingsOf(world, 'victim@acme')
  const texts: string[] = []
  const read = async (call: string, ...given: readonly unknown[]) => {
    const answer = await mustTell(world, victim, { call, with: given })
    texts.push(JSON.stringify(answer))
    return answer
  }
  await read('db.query', 'select body from kept')
  await read('blobs.get', blob)
  const progress = { upload, size: await sizeOf(world, upload), action: 'finish' }
  const finished = (await read('upload', progress)) as { sha256: string }
  await read('blobs.get', finished.sha256)
  await read('jobs.list', {})
  await read('config')
  await read('world')
  await read('identity.units')
  await read('rollouts.pick', { kind: 'paper', id: 'guide' })
  await read('assets', 'assets/canary.txt')
  await read('db.inspect', { plugin: '@victim/one' })
  await read('contributions', 'victim.one/private/v1')
  const { token } = (await read('keys.sign', { key: 'victim-key', usage: 'jwt', claims: {} })) as {
    token: string
  }
  texts.push(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  await read('fetch', world.places.larder.origin, { headers: { 'x-key': '{{secret:door-key}}' } })
  texts.push(JSON.stringify(world.places.larder.requests))
  const addresses = [`${world.host.url}${linkPath}`, world.places.vault.origin]
  for (const address of addresses) texts.push(await (await fetch(address)).text())
  texts.push(
    JSON.stringify(
      await adminOf(world, 'acme').client.request('GET', '/v1/tenants/acme/contributions'),
    ),
  )
  const { token: adminToken } = adminOf(world, 'acme')
  const own = world.tenants['acme']
  if (own === undefined) throw new Error('acme has nothing')
  for (const [, path] of readsOf('acme', own, world.subscription)) {
    const headers = { authorization: `Bearer ${adminToken}` }
    const answer = await fetch(`${world.host.url}${path}`, { headers })
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`)
    texts.push(await answer.text())
  }
  const all = Buffer.from(texts.join('\n'))
  const found = world.canaries.filter(({ value }) => formsIn(all, value).length > 0)
  return new Set(found.map(({ kind }) => kind))
}

async function sizeOf({ hostSql }: World, upload: string): Promise<number> {
  const { rows } = await hostSql.query<{ size: string }>(
    'select size from blob_uploads where id = $1',
    [upload],
  )
  return Number(rows[0]?.size)
}
