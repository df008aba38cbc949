/** Something is on its way; who reads the screen by ear hears of it from the page itself. */
export function Waiting() {
  return <div className="waiting" aria-hidden="true" />
}
