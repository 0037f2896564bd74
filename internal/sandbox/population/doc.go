// Package population makes the people whom the sandbox's registries know: at
// least a thousand of them, in families that live at shared addresses, with
// documents whose check numbers agree.
//
// Everything follows from a seed: the same seed gives the same people. The
// first DemoCount of them are the same under every seed, so that a demo can
// speak of them by name. Nobody here is real: surnames and first names are
// common ones put together by chance, streets and employers are made up.
//
// The package knows no HTTP and no clock. The population is described as it
// stood on AsOf, whatever the time of the program is, so that a kept demo does
// not change its people from one day to the next.
package population
