// The camera: [data-scan] holds a button [data-scan-start], a <video> and a line
// [data-scan-said]. What was read is sent by the page's form, whose field "text"
// also takes a link that is typed.
const root = document.querySelector('[data-scan]')
const pause = 150

if (root && navigator.mediaDevices?.getUserMedia) {
  root.hidden = false
  root.querySelector('[data-scan-start]').addEventListener('click', event => {
    event.currentTarget.hidden = true
    start().catch(fail)
  })
}

function fail () {
  root.querySelector('video').hidden = true
  root.querySelector('[data-scan-start]').hidden = false
  root.querySelector('[data-scan-said]').textContent = root.dataset.scanDenied
}

async function start () {
  const video = root.querySelector('video')
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 1280 } }, audio: false })
  const stop = () => stream.getTracks().forEach(track => track.stop())
  window.addEventListener('pagehide', stop, { once: true })
  video.srcObject = stream
  video.hidden = false
  await video.play()
  const read = await reader()
  for (;;) {
    const text = await read(video)
    if (text) return found(text, stop)
    await new Promise(resolve => setTimeout(resolve, pause))
  }
}

function found (text, stop) {
  stop()
  root.querySelector('[data-scan-said]').textContent = root.dataset.scanFound
  const form = document.querySelector('main form')
  form.elements.text.value = text
  form.requestSubmit()
}

/** Gives a function from a video to a text: the browser's own, else ours. */
async function reader () {
  if ('BarcodeDetector' in window && (await window.BarcodeDetector.getSupportedFormats()).includes('qr_code')) {
    const detector = new window.BarcodeDetector({ formats: ['qr_code'] })
    return async video => (await detector.detect(video))[0]?.rawValue ?? ''
  }
  const { read } = await import(root.dataset.scanReader)
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d', { willReadFrequently: true })
  return async video => {
    if (!video.videoWidth) return ''
    canvas.width = video.videoWidth
    canvas.height = video.videoHeight
    context.drawImage(video, 0, 0)
    return read(context.getImageData(0, 0, canvas.width, canvas.height))
  }
}
