import { request } from './request.ts'

export interface PageReport {
  readonly plugin: string
  readonly version: string
  readonly outcome: 'shown' | 'failed'
  readonly ms: number
  readonly code?: string
  readonly message?: string
}

const MOST_MESSAGE = 500

/** Tells the host how a page of a plugin did here: a canary whose page fails in browsers is taken back. Nobody waits for it. */
export function reportPage(report: PageReport): void {
  const { message } = report
  const cut = message === undefined ? {} : { message: message.slice(0, MOST_MESSAGE) }
  const body = { ...report, ms: Math.round(report.ms), ...cut }
  // A report that is lost is one of many; there is nobody to tell.
  request('POST', '/v1/page-reports', { body }).catch(() => undefined)
}
