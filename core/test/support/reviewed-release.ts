import { publishBody } from '../../../marketplace/test/support/plugin-package.ts'
import { type HostProcess, OPERATOR_TOKEN } from './host-process.ts'

/**
 * Publishes `@initrode/open`, whose operator lets it through, and stages another name.
 * @returns the id of the review that is open
 */
export async function reviewedRelease(host: HostProcess): Promise<string> {
  const put = (method: string, path: string, name: string) =>
    fetch(`${host.url}/npm/${path}${name.replace('/', '%2f')}`, {
      method,
      headers: { authorization: `Bearer ${OPERATOR_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify(publishBody({ name, version: '1.0.0' })),
    })
  const open = await put('PUT', '', '@initrode/open')
  if (open.status !== 201) throw new Error(await open.text())
  const staged = await put('POST', '-/stage/package/', '@initrode/staged')
  const { stageId } = (await staged.json()) as { stageId?: string }
  if (stageId === undefined) throw new Error(`nothing was staged: ${staged.status}`)
  return stageId
}
