/** The sentence of a shift, in the language of the page. */
export function sentenceOf({ shift, endsAt }, language) {
  const names = { early: '早班', late: '中班', night: '夜班' }
  const hour = `${String(endsAt).padStart(2, '0')}:00`
  return language.startsWith('zh')
    ? `当前为${names[shift]}，${hour} 结束。`
    : `The ${shift} shift works until ${hour}.`
}

// Whoever frames the page hands it data; nothing is asked for from here, and no key is in it.
if (typeof window !== 'undefined') {
  window.addEventListener('message', ({ source, data }) => {
    if (source !== window.parent || data?.type !== 'shift') return
    // Text, never markup: what a service answers is not the page's own.
    document.querySelector('#shift').textContent = sentenceOf(data, document.documentElement.lang)
  })
}
