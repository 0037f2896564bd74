// Twelve fields on four pages, as services/ of the benchmark has them too.
const text = (name, title) => ({ type: 'TextField', name, title, options: {}, schema: {} })
const choice = (name, title, list) => ({ type: 'RadiosField', name, title, list, options: {} })

export const form = {
  name: 'Twelve fields',
  engine: 'V1',
  startPage: '/person',
  pages: [
    { title: 'You', path: '/person', next: [{ path: '/contact' }], components: [
      text('lastName', 'Surname'), text('firstName', 'First name'),
      { type: 'DatePartsField', name: 'birth', title: 'Date of birth', options: {} }
    ] },
    { title: 'Contacts', path: '/contact', next: [{ path: '/family' }], components: [
      { type: 'TelephoneNumberField', name: 'phone', title: 'Phone', options: {} },
      { type: 'EmailAddressField', name: 'mail', title: 'E-mail', options: {} },
      choice('answer', 'How to answer', 'ways')
    ] },
    { title: 'Family', path: '/family', next: [{ path: '/purpose' }], components: [
      { type: 'NumberField', name: 'people', title: 'People in the family', options: {}, schema: { min: 1, max: 30 } },
      { type: 'NumberField', name: 'income', title: 'Income', options: {}, schema: { min: 0 } },
      { type: 'YesNoField', name: 'married', title: 'Are you married', options: {} }
    ] },
    { title: 'Purpose', path: '/purpose', next: [{ path: '/summary' }], components: [
      choice('goal', 'What for', 'goals'),
      { type: 'MultilineTextField', name: 'details', title: 'Details', options: {}, schema: { max: 300 } },
      text('city', 'City')
    ] },
    { title: 'Check your answers', path: '/summary', controller: 'SummaryPageController', components: [], next: [] }
  ],
  lists: [
    { name: 'ways', title: 'Ways', type: 'string', items: [{ text: 'By mail', value: 'mail' }, { text: 'By phone', value: 'phone' }] },
    { name: 'goals', title: 'Goals', type: 'string', items: [{ text: 'Work', value: 'work' }, { text: 'Study', value: 'study' }] }
  ],
  sections: [],
  conditions: []
}
