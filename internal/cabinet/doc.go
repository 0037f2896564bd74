// Package cabinet is the citizen's home: what needs doing now, applications,
// drafts, notices, settings of the view. It gathers, in one question a room, what
// the rooms below know of the person who is signed in; of its own it has marks by
// which what was gathered stands, and what people want of recommendations.
//
// Its pages:
//
//	/cabinet               home: to do, active, drafts, finished, what became available and
//	                       what is recommended with the reasons, or popular services
//	/cabinet/applications  all applications, narrowed by group, status, service, time
//	/cabinet/notices       all notices, the unread first
//	/cabinet/settings      language, contrast, type, recommendations; the ways to data and security
//
// Cards of applications, drafts, documents, the profile and sessions are pages
// of their rooms, under /cabinet too.
package cabinet
