// The camera: [data-scan] holds a button [data-scan-start], a <video>, a field
// [data-scan-photo] for a picture of the code, and a line [data-scan-said]. What was
// read is sent by the page's form, whose field "text" also takes a link that is typed.
const root = document.querySelector('[data-scan]')
const pause = 150
const largest = 1600 // pixels of a photo's longer side: more is slow and reads no better

if (root) {
  root.hidden = false
  const button = root.querySelector('[data-scan-start]')
  button.hidden = !navigator.mediaDevices?.getUserMedia
  button.addEventListener('click', () => {
    button.hidden = true
    start().catch(fail)
  })
  root.querySelector('[data-scan-photo]').addEventListener('change', event => {
    const [file] = event.currentTarget.files
    if (file) look(file).catch(() => say(root.dataset.scanUnread))
  })
}

function say (text) {
  root.querySelector('[data-scan-said]').textContent = text
}

function fail () {
  root.querySelector('video').hidden = true
  root.querySelector('[data-scan-start]').hidden = false
  say(root.dataset.scanDenied)
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
    const text = await read(video, video.videoWidth, video.videoHeight)
    if (text) {
      stop()
      return found(text)
    }
    await new Promise(resolve => setTimeout(resolve, pause))
  }
}

/** Reads the code on a picture, such as a photo of a sheet of paper. */
async function look (file) {
  const picture = await createImageBitmap(file)
  const scale = Math.min(1, largest / Math.max(picture.width, picture.height))
  const read = await reader()
  const text = await read(picture, Math.round(picture.width * scale), Math.round(picture.height * scale))
  if (!text) return say(root.dataset.scanUnread)
  found(text)
}

function found (text) {
  say(root.dataset.scanFound)
  const form = document.querySelector('main form')
  form.elements.text.value = text
  form.requestSubmit()
}

/** Gives a function from a picture to a text: the browser's own, else ours. */
async function reader () {
  if ('BarcodeDetector' in window && (await window.BarcodeDetector.getSupportedFormats()).includes('qr_code')) {
    const detector = new window.BarcodeDetector({ formats: ['qr_code'] })
    return async picture => (await detector.detect(picture))[0]?.rawValue ?? ''
  }
  const { read } = await import(root.dataset.scanReader)
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d', { willReadFrequently: true })
  return async (picture, width, height) => {
    if (!width) return ''
    Object.assign(canvas, { width, height })
    context.drawImage(picture, 0, 0, width, height)
    return read(context.getImageData(0, 0, width, height))
  }
}
