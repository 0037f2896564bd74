// Cells copied from a spreadsheet and pasted into a cell of a table's open row:
// section[data-paste]. The first line goes into the boxes of the row, from the
// one that has the focus; the lines after it go into the box for pasted rows,
// under the same columns, and are sent at once. Without a script that box takes
// all of them.

export function watchPaste () {
  for (const table of document.querySelectorAll('section[data-paste]')) {
    table.addEventListener('paste', event => paste(table, event))
  }
}

function paste (table, event) {
  const box = event.target
  const card = box.closest('.okno-card')
  const text = event.clipboardData?.getData('text/plain').replace(/\r\n?/g, '\n').replace(/\n+$/, '') ?? ''
  if (!card || !box.matches('input, select') || !/[\t\n]/.test(text)) return
  const columns = columnsOf(card)
  const from = columns.findIndex(column => column.boxes.includes(box))
  const more = table.querySelector('textarea[name^="_paste."]')
  if (from < 0) return
  event.preventDefault()
  const [first, ...rest] = text.split('\n')
  first.split('\t').forEach((cell, n) => put(columns[from + n], cell.trim()))
  if (!rest.length || !more) return
  more.value = rest.map(line => '\t'.repeat(from) + line).join('\n')
  more.form.requestSubmit(table.querySelector('button[name=_do][value^="paste:"]'))
}

/** The columns of a row: the three boxes of a date are one, and so are choices. */
function columnsOf (card) {
  const columns = new Map()
  for (const box of card.querySelectorAll('input:not([type=hidden]), select, textarea')) {
    const name = box.name.replace(/\.(day|month|year)$/, '')
    if (!columns.has(name)) columns.set(name, { name, boxes: [] })
    columns.get(name).boxes.push(box)
  }
  return [...columns.values()]
}

function put (column, cell) {
  if (!column) return
  const [box] = column.boxes
  if (box.type === 'radio' || box.type === 'checkbox') {
    for (const one of column.boxes) one.checked = one.value === cell || same(one.labels?.[0]?.textContent, cell)
  } else if (box.matches('select')) {
    const option = [...box.options].find(one => one.value === cell || same(one.textContent, cell))
    if (option) box.value = option.value
  } else if (column.boxes.length === 3) {
    const parts = cell.match(/\d+/g) ?? []
    if (parts[0]?.length === 4) parts.reverse()
    column.boxes.forEach((one, n) => { one.value = parts[n] ?? '' })
  } else {
    box.value = cell
  }
  box.dispatchEvent(new Event('change', { bubbles: true }))
}

function same (a, b) {
  return (a ?? '').trim().toLowerCase() === b.toLowerCase()
}
