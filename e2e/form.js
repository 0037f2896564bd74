// Files and answers that the journeys put into the form of the certificate.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'

/** A valid PDF of one page with the given words. */
export function pdf (words = 'Okno') {
  const stream = `BT /F1 24 Tf 72 720 Td (${words}) Tj ET`
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`, '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>'
  ]
  let body = '%PDF-1.4\n'
  const places = objects.map((o, i) => {
    const at = body.length
    body += `${i + 1} 0 obj\n${o}\nendobj\n`
    return at
  })
  const start = body.length
  body += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${places.map(p => String(p).padStart(10, '0') + ' 00000 n \n').join('')}`
  return Buffer.from(`${body}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`, 'latin1')
}

const crcTable = Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1
  return n >>> 0
})

function chunk (name, data) {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data])
  let crc = 0xffffffff
  for (const b of body) crc = crcTable[(crc ^ b) & 0xff] ^ (crc >>> 8)
  const out = Buffer.alloc(body.length + 8)
  out.writeUInt32BE(data.length, 0)
  body.copy(out, 4)
  out.writeUInt32BE((crc ^ 0xffffffff) >>> 0, body.length + 4)
  return out
}

/** A valid grey PNG. */
export function png (side = 64) {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(side, 0)
  head.writeUInt32BE(side, 4)
  head[8] = 8
  const rows = Buffer.concat(Array.from({ length: side }, (_, y) => Buffer.from([0, ...Array.from({ length: side }, (_, x) => (x * y) & 255)])))
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))])
}

/** A picture that holds the norm of photos, drawn by a page: a grey face with sharp edges on white. */
export async function photo (page) {
  const url = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 700, height: 900 })
    const pen = canvas.getContext('2d')
    pen.fillStyle = '#fff'
    pen.fillRect(0, 0, 700, 900)
    for (let i = 0; i < 60; i++) {
      pen.fillStyle = i % 2 ? '#333' : '#ccc'
      pen.fillRect(200 + i * 5, 250, 5, 400)
    }
    return canvas.toDataURL('image/jpeg', 0.9)
  })
  return Uint8Array.from(Buffer.from(url.split(',')[1], 'base64'))
}

const folder = mkdtempSync(join(tmpdir(), 'okno-e2e-files-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

/** Writes a file of that name and gives its path. */
export function file (name, content = pdf()) {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** What is asked for the certificate of a ward, besides what the profile knows. */
export const answers = {
  who: { for_whom: 'child' },
  child: {
    'child.last_name': 'Ёлкина', 'child.first_name': 'Анна-Мария', 'child.middle_name': 'Олеговна',
    relation: 'guardian'
  },
  purpose: { purpose: 'visa', way: 'electronic', truth: true }
}
