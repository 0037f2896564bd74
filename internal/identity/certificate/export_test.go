package certificate

// FactsOf is what is kept of a certificate.
var FactsOf = factsOf
