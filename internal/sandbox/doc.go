// Package sandbox is the outside world in a box, for the demo and for tests: a
// mail server, an SMS centre and the state registries with a made-up
// population, and a site that shows what was sent and stages failures. No room
// imports it; the portal's adapters speak to it as to the real parties.
//
// # Parties
//
// Mail is SMTP with AUTH PLAIN (Secrets.SMTPUser, SMTPPassword); mail without
// authentication is refused with 530. STARTTLS is offered when Config.StartTLS
// is set; the certificate is Sandbox.CertPEM. SMS is SMPP 3.4
// (Secrets.SMPPSystemID, SMPPPassword). All listen on 127.0.0.1.
//
// # Registries
//
// A registry is asked by POST with a JSON body at RegistryURL plus
//
//	/passport/check   МВД: passport            /residence   registered address
//	/snils/check      СФР: СНИЛС               /property    Росреестр
//	/inn/check        ФНС: ИНН                 /vehicles    ГИБДД: cars, licence
//	/civil/family     ЗАГС: spouse, children   /debts       unpaid charges
//	                                           /income      ФНС: incomes
//
// and about things that are no secret of a person at
//
//	/companies/find     by ИНН or ОГРН          /vehicles/find   by VIN or plate
//	/banks/find         by БИК                  /property/find   by cadastral number
//	/addresses/suggest  by words, ten at most   /civil/birth-certificates/find
//
// with {"request_id": "…", "about": "…"}; the answer is {"request_id": "…",
// "result": "found", "found": …} or "unknown" (see the types of package
// registry). For a person the body is
//
//	{"request_id": "…",
//	 "person": {"last_name", "first_name", "middle_name", "birth_date": "YYYY-MM-DD", "sex", "snils", "inn",
//	            "passport": {"series", "number", "issued_on", "issued_by", "unit_code"}}}
//
// request_id is 1 to 100 bytes without line breaks. Numbers may hold spaces and dashes; case, Ё and Е, and the
// punctuation of issued_by do not matter; sex is male/female, M/F or М/Ж.
// Required are last_name, first_name, birth_date and the number that is asked
// about: passport series and number, inn, else snils. The patronymic counts as
// different when it is left out; other fields are compared only where given.
// The answer is one of
//
//	{"request_id": "…", "result": "confirmed", …}
//	{"request_id": "…", "result": "refused", "differs": ["last_name", "passport.issued_on"]}
//	{"request_id": "…", "result": "unknown"}
//
// with exactly those fields in differs that differ, named as in the request,
// with "passport." before those of the passport. A confirmed answer of a
// registry that gives data carries them under "family", "residence",
// "property", "vehicles", "debts" or "income" (see the types of package
// registry). Any other answer has a status of 400 or more and is
//
//	{"request_id": "…", "error": "bad_signature"}
//
// 400 bad_json, bad_request_id, missing (with "fields"); 401 unknown_client,
// bad_date, bad_signature; 403 refused (a switch); 405 post_only; 409
// request_id_used; 413 too_large. The same body under the same request_id gets
// the same answer, however often it is sent; another body or path gets 409.
//
// # Signatures
//
// A request carries three headers:
//
//	Okno-Client:    the client's name (Secrets.RegistryClient)
//	Okno-Date:      RFC 3339, at most five minutes from the registry's clock
//	Okno-Signature: v1=hex(HMAC-SHA256(secret, method \n path \n date \n request_id \n sha256hex(body)))
//
// where secret are the bytes of Secrets.RegistrySecret, path is the path of
// the URL ("/registry/snils/check"), date is the header's own text, \n is one
// line feed and sha256hex is lower-case. An answer to a known client carries
//
//	Okno-Signature: v1=hex(HMAC-SHA256(secret, request_id \n sha256hex(body)))
//
// A client checks that signature and that the answer's request_id is its own.
//
// # Site
//
//	GET  /                        mailbox and phone, newest first; ?to= filters, ?lang=en
//	GET  /parties                 switches of every party, as forms
//	GET  /people, /people/{snils} who can be registered as
//	GET  /companies               organisations and banks that can be looked up
//	GET  /authenticator           the codes of the demo staff's authenticators
//	GET  /agency                  what an agency without a desk was told by webhooks
//	POST /agency/hooks            its endpoint: Standard Webhooks, the signature is checked
//	GET  /api/authenticator       [{"name","code","seconds_left"}]
//	GET  /api/messages?to=&limit= [{"channel","to","subject","text","sent_at"}], newest first
//	GET  /api/switches            {"mail": {"delay":"0s","refusal":false,"garbage":false,"down":false,"slow":false,"duplicate":false}, …}
//	PUT  /api/switches/{party}    the same object of one party; "registry" sets all registries
//	GET  /api/people?q=&limit=&offset=   {"total": …, "people": […]}
//	GET  /api/people/{snils}      one person
//	POST /api/reset               forgets messages, switches, answered requests
package sandbox
