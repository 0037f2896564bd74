// Nothing moves under a pointer that is pressed: what is pressed is what is
// clicked. Whoever puts something into the page by itself waits for still().

let released = null

/** Waits, while a pointer is pressed, until its click was heard. */
export function still () {
  return released
}

export function watchPointer () {
  const listening = { capture: true, passive: true }
  let release, timer
  addEventListener('pointerdown', () => {
    clearTimeout(timer)
    released ??= new Promise(resolve => { release = resolve })
  }, listening)
  const over = wait => () => {
    clearTimeout(timer)
    timer = setTimeout(() => { release?.(); released = null }, wait)
  }
  addEventListener('pointerup', over(350), listening) // a touch clicks late, or never
  addEventListener('pointercancel', over(0), listening)
  addEventListener('click', over(0), listening)
}
