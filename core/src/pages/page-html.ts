import type { FastifyReply } from 'fastify'
import { inScript, secured } from '../gateway/own-page.ts'
import type { Arm } from '../rollout/cohorts/cohort.ts'

/** What a page is told of itself. */
export interface ShownPage {
  readonly plugin: string
  readonly version: string
  readonly arm: Arm
  /** Where the files of its version stand, without a slash at the end. */
  readonly base: string
}

/**
 * The HTML of a page with what only the host knows. The nonce makes its own scripts run, and none that were put into it.
 * Pure.
 */
export function filledPage(html: string, page: ShownPage, nonce: string): string {
  const { plugin, version, arm, base } = page
  const words: Readonly<Record<string, string>> = {
    __BASE__: base,
    __NONCE__: nonce,
    __PAGE__: inScript({ plugin, version, arm, base }),
  }
  return html.replace(/__(?:BASE|NONCE|PAGE)__/g, (word) => words[word] as string)
}

/**
 * Scripts with the nonce and of the host's own origin, which are those of trusted plugins; nothing of any other origin,
 * whatever a plugin would like to load or tell there.
 */
export function pagePolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'self'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "frame-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; ')
}

/** Of what a page is for one viewer, so that nobody keeps it for another. */
export function pageHeaders(reply: FastifyReply, policy: string): FastifyReply {
  return secured(reply)
    .headers({ 'content-security-policy': policy, 'cache-control': 'no-store' })
    .type('text/html; charset=utf-8')
}
