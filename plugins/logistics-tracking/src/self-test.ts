import { detectCarriers } from './carriers/detect-carrier.ts'
import { md5 } from './intake/md5.ts'
import { foldScans } from './scans/fold-scans.ts'
import type { Scan } from './scans/scan.ts'

/** Known answers, checked before a version serves. */
export function selfTest(): void {
  const [post] = detectCarriers('RB 123456785 GB')
  require(post?.carrier === 's10', 'a number of UPU S10')
  require(detectCarriers('1Z5R89390357567128').length === 0, 'a wrong check digit of UPS')
  // RFC 1321, A.5.
  require(md5('message digest') === 'f96b697d7cb7938d525a2f31aaf161d0', 'MD5')
  const scan = { code: '', place: '', source: 'self-test' }
  const delivered: Scan = { ...scan, at: 2000, status: 'delivered' }
  const late: Scan = { ...scan, at: 900_000, status: 'in-transit' }
  require(foldScans([late, delivered]).status === 'delivered', 'a delivery is final')
}

function require(isTrue: boolean, what: string): void {
  if (!isTrue) throw new Error(`Self-test: ${what} is wrong.`)
}
