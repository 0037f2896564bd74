// Package registry plays the state registries over HTTP: it confirms or
// refuses what a person says about themself, and gives out family, address,
// property, vehicles, debts and incomes. Who asks signs each request, and each
// answer is signed back; the format stands in the documentation of package
// sandbox. The people come from package population.
package registry
