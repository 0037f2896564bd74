// Warns two minutes before a session ends: body[data-idle-seconds][data-idle-url]
// and <dialog id="idle"> with one button, which keeps the session.
const warning = 120

export function watchIdle () {
  const seconds = Number(document.body.dataset.idleSeconds)
  const dialog = document.getElementById('idle')
  if (!seconds || !dialog?.showModal) return
  const tabs = 'BroadcastChannel' in window ? new BroadcastChannel('okno-idle') : null
  let timer
  const restart = () => {
    clearTimeout(timer)
    if (dialog.open) dialog.close()
    timer = setTimeout(() => dialog.showModal(), Math.max(seconds - warning, 10) * 1000)
  }
  const keep = async () => {
    const answer = await fetch(document.body.dataset.idleUrl, { method: 'POST', credentials: 'same-origin' }).catch(() => null)
    if (!answer?.ok) return location.reload() // ended meanwhile: the server says what next
    tabs?.postMessage('kept')
    restart()
  }
  dialog.querySelector('button').addEventListener('click', keep)
  dialog.addEventListener('cancel', event => { event.preventDefault(); keep() }) // Escape keeps, too
  if (tabs) tabs.onmessage = restart
  tabs?.postMessage('loaded') // a new page anywhere has lengthened the session
  restart()
}
