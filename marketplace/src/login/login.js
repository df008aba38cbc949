/** Shows who asks, takes name and password, and confirms. The code leaves the address bar as soon as it is read. */
const texts = JSON.parse(document.getElementById('texts').textContent)
const form = document.getElementById('login')
const said = document.getElementById('said')
const code = location.hash.slice(1)
history.replaceState(null, '', location.pathname + location.search)

function say(text) {
  said.textContent = text
  said.hidden = false
}

async function post(path, body) {
  const response = await fetch(path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'accept-language': document.documentElement.lang,
    },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) }
}

async function look() {
  const { status, body } = await post('v1/login/look', { code })
  if (status !== 200) return say(status < 500 ? texts.gone : texts.failed)
  document.getElementById('client').textContent = body.client
  document.getElementById('address').textContent = body.address
  document.getElementById('since').textContent = new Date(body.askedAt).toLocaleString(
    document.documentElement.lang,
  )
  form.hidden = false
  document.getElementById('name').focus()
}

async function confirm() {
  const name = document.getElementById('name').value
  const password = document.getElementById('password').value
  const { status, body } = await post('v1/login/confirm', { code, name, password })
  if (status === 204) {
    form.hidden = true
    return say(texts.done)
  }
  if (status === 404) {
    form.hidden = true
    return say(texts.gone)
  }
  return say(body.title ? `${body.title} ${body.detail}` : texts.failed)
}

form.addEventListener('submit', (event) => {
  event.preventDefault()
  const button = form.querySelector('button')
  button.disabled = true
  confirm()
    .catch(() => say(texts.failed))
    .finally(() => {
      button.disabled = false
    })
})
look().catch(() => say(texts.failed))
