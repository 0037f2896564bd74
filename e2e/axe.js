// What is looked at on every page that a journey sees: accessibility (axe-core),
// reflow, headings, language, unfinished texts.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** Names of a page that differ by number and person only are one page. */
export function normal (address) {
  const { pathname, searchParams } = new URL(address)
  const path = pathname
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, '{id}')
    .replace(/(applications|feedback|tickets|v)\/[^/]*\d[^/]*/g, '$1/{number}')
  return path + [...searchParams.keys()].filter(k => k !== 'to').map(k => `?${k}`).join('')
}

async function violations (page) {
  await page.evaluate(axeSource)
  return page.evaluate(async ({ tags }) => {
    const result = await window.axe.run(document, { runOnly: tags, resultTypes: ['violations'] })
    return result.violations.map(v => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + (n.any[0]?.message ? ` (${n.any[0].message})` : '')).join(' | ')}`)
  }, { tags })
}

/** Faults of the page's shape, as a list of words. */
async function shape (page, lang) {
  const seen = await page.evaluate(() => ({
    lang: document.documentElement.lang,
    title: document.title,
    h1: document.querySelectorAll('h1').length,
    width: document.scrollingElement.scrollWidth,
    inner: window.innerWidth,
    wide: [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > window.innerWidth + 1 && e.getBoundingClientRect().width > 0)
      .slice(0, 3).map(e => e.outerHTML.slice(0, 120)),
    first: document.querySelector('a, button, input')?.className ?? '',
    text: document.body.innerText
  }))
  const faults = []
  if (seen.lang !== lang) faults.push(`lang is ${seen.lang}`)
  if (seen.title.trim().length < 5) faults.push(`title is «${seen.title}»`)
  if (seen.h1 !== 1) faults.push(`${seen.h1} h1`)
  if (seen.width > seen.inner) faults.push(`scrolls sideways: ${seen.width} > ${seen.inner}: ${seen.wide.join(' | ')}`)
  if (!seen.first.includes('govuk-skip-link')) faults.push('the skip link is not the first thing')
  const raw = seen.text.match(/\b(app|identity|profile|applications|catalog|cabinet|desk|support|vault|forms|notify|agency|reference)\.[a-z_]+[a-z_.]*\b|\{\{|<no value>|%!|\bundefined\b|\bNaN\b|\[object/)
  if (raw && !page.url().includes('/desk/journal')) faults.push(`unfinished text: ${raw[0]}`)
  return faults
}

/**
 * All faults of a page. A page without scripts can't run axe-core, so lens, a
 * page of a browser with scripts, is shown the same document.
 */
export async function faultsOf (page, lang, lens) {
  const where = await shape(page, lang)
  if (!lens) return [...where, ...await violations(page)]
  const html = await page.content()
  await lens.route('**/*', route => {
    if (route.request().isNavigationRequest()) return route.fulfill({ contentType: 'text/html; charset=utf-8', body: html })
    return route.request().resourceType() === 'script' ? route.abort() : route.continue()
  })
  await lens.goto(page.url())
  return [...where, ...await violations(lens)]
}
