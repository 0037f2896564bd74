// Okno's scripts: comfort on top of pages that work without them. No inline
// code, no eval; the page's Content-Security-Policy is default-src 'self'.
import { enhance } from './govuk.js'
import { watchApp } from './app.js'
import { watchAsks } from './ask.js'
import { watchChecks } from './check.js'
import { watchCodes, watchCopies, watchOnce, watchAutosubmit } from './comfort.js'
import { watchIdle } from './idle.js'
import { watchLive } from './live.js'
import { watchPasskeys } from './passkey.js'
import { watchPaste } from './paste.js'
import { watchReveals } from './reveal.js'
import { watchPointer } from './still.js'
import { watchStrength } from './strength.js'
import { watchSuggest } from './suggest.js'
import { watchUploads } from './upload.js'

document.body.classList.add('js-enabled', 'govuk-frontend-supported')
enhance(document)
for (const watch of [watchPointer, watchChecks, watchReveals, watchCodes, watchCopies, watchOnce, watchAutosubmit, watchStrength, watchSuggest, watchUploads,
  watchPasskeys, watchPaste, watchAsks, watchApp, watchIdle, watchLive]) {
  try {
    watch()
  } catch (fault) {
    console.error(fault) // one helper that fails must not take the others along
  }
}
