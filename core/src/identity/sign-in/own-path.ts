/**
 * Where somebody who has signed in is led back to: a path of this host and never of another, whatever an address made up.
 * Runs in the browser, as it stands here.
 * @param given percent-encoded or not
 * @returns the whole address; undefined: it is none of here
 */
export function ownPath(given: string, origin: string): string | undefined {
  let path: string
  try {
    path = decodeURIComponent(given)
  } catch {
    return undefined
  }
  // To a browser a backslash is a slash, and tabs and line ends are not there.
  if (!/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(path)) return undefined
  const url = new URL(path, origin)
  // `/.//elsewhere` is a path that begins with two slashes.
  return url.origin === origin && !url.pathname.startsWith('//') ? url.href : undefined
}
