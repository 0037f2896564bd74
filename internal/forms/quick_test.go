package forms

import ("testing";"os";"fmt")
func TestQuick(t *testing.T){
 s,fs:=Load(os.DirFS("../../docs/services"),"child-benefit/service.yaml")
 for _,f:=range fs { fmt.Println(f) }
 if s==nil { t.FailNow() }
 facts:=Facts{Today:"2026-11-21"}
 a,w:=Check(s,"applicant",map[string][]string{"person.last_name":{"Иванова"},"person.first_name":{"Анна"},"person.birth_date.day":{"1"},"person.birth_date.month":{"2"},"person.birth_date.year":{"1990"},"passport.series":{"4503"},"passport.number":{"123456"},"passport.issued_on":{"01.02.2010"},"passport.issued_by":{"УВД"},"passport.unit_code":{"770001"},"snils":{"112-233-445 95"},"relation":{"parent"},"guardianship":{"x"},"bad":{"1"}},nil,facts)
 fmt.Println(a,w)
 r:=Fill(s,a,facts)
 fmt.Println(len(r.Steps),r.Open(),len(r.Missing),r.Decided.FeeKnown,r.Decided.Eligible)
}
