// The scripts of GOV.UK Frontend that Okno's components need, and no others.
import { Button } from 'govuk-frontend/dist/govuk/components/button/button.mjs'
import { CharacterCount } from 'govuk-frontend/dist/govuk/components/character-count/character-count.mjs'
import { Checkboxes } from 'govuk-frontend/dist/govuk/components/checkboxes/checkboxes.mjs'
import { ErrorSummary } from 'govuk-frontend/dist/govuk/components/error-summary/error-summary.mjs'
import { FileUpload } from 'govuk-frontend/dist/govuk/components/file-upload/file-upload.mjs'
import { NotificationBanner } from 'govuk-frontend/dist/govuk/components/notification-banner/notification-banner.mjs'
import { PasswordInput } from 'govuk-frontend/dist/govuk/components/password-input/password-input.mjs'
import { Radios } from 'govuk-frontend/dist/govuk/components/radios/radios.mjs'
import { ServiceNavigation } from 'govuk-frontend/dist/govuk/components/service-navigation/service-navigation.mjs'
import { SkipLink } from 'govuk-frontend/dist/govuk/components/skip-link/skip-link.mjs'
import { Tabs } from 'govuk-frontend/dist/govuk/components/tabs/tabs.mjs'

/** A radio may not be aria-expanded (WAI-ARIA 1.2); what it reveals follows it. */
class PlainRadios extends Radios {
  syncConditionalRevealWithInputState (input) {
    super.syncConditionalRevealWithInputState(input)
    input.removeAttribute('aria-expanded')
  }
}

/**
 * A button's name must hold its visible text as it stands (WCAG 2.5.3): the
 * hidden comma goes before the button.
 */
class NamedFileUpload extends FileUpload {
  constructor (root) {
    super(root)
    this.$button.before(document.getElementById(`${this.id}-comma`))
  }
}

const components = [Button, CharacterCount, Checkboxes, ErrorSummary, NamedFileUpload, NotificationBanner,
  PasswordInput, PlainRadios, ServiceNavigation, SkipLink, Tabs]

/** Gives life to the components below scope, each once. */
export function enhance (scope) {
  for (const Component of components) {
    const name = Component.moduleName
    for (const element of scope.querySelectorAll(`[data-module="${name}"]:not([data-${name}-init])`)) {
      try {
        new Component(element)
      } catch (fault) {
        console.error(fault)
      }
    }
  }
}
