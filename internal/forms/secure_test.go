package forms

import (
	"fmt"
	"strings"
	"testing"
)

// TestSecurityOfAService: what the keys mean together is checked.
func TestSecurityOfAService(t *testing.T) {
	t.Parallel()
	with := func(more string) []Fault {
		_, faults := loadText(strings.Replace(example(t), "\nlevel: ", "\n"+more+"\nlevel: ", 1))
		return faults
	}
	if faults := with("confirm: device"); len(faults) > 0 {
		t.Errorf("%v", faults)
	}
	if faults := with("security: usual"); len(faults) > 0 {
		t.Errorf("%v", faults)
	}
	if faults := with("security: highest"); len(faults) == 0 {
		t.Error("an unknown security is taken")
	}
	if faults := with("security: high"); len(faults) > 0 { // the example wants a confirmed account
		t.Errorf("%v", faults)
	}
	lower := strings.Replace(example(t), "\nlevel: confirmed", "\nsecurity: high\nlevel: standard", 1)
	if _, faults := loadText(lower); len(faults) != 1 || !strings.Contains(fmt.Sprint(faults[0]), "confirmed accounts only") {
		t.Errorf("a service of high security is open to accounts that are not confirmed: %v", faults)
	}
}
