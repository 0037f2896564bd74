package population

// DemoCount is how many people at the front are the same under every seed:
// first the grown-ups, then their children.
const DemoCount = 12

// demoSeed rolls the dice for their numbers, whatever the configured seed is.
const demoSeed = 1_860_000_001

// demoPerson is somebody of the demo; spouse and parents point into the list.
type demoPerson struct {
	region                       int
	masculine, first, father     string
	sex, born                    string
	household                    int
	spouse, parentOne, parentTwo int // −1: none
}

// demoPeople are the people whom the demo speaks of. Nobody among the
// grown-ups turns 20 or 45 before 2028, so their passports stay good.
func demoPeople() []demoPerson {
	return []demoPerson{
		{0, "Соколов", "Анна", "Виктор", Female, "1988-04-12", 0, 1, -1, -1},
		{0, "Соколов", "Игорь", "Павел", Male, "1986-09-03", 0, 0, -1, -1},
		{2, "Сафонов", "Тимур", "Ренат", Male, "1995-01-25", 1, -1, -1, -1},
		{1, "Петренко", "Галина", "Николай", Female, "1953-11-08", 2, -1, -1, -1},
		{3, "Белозёров", "Дмитрий", "Андрей", Male, "1979-03-17", 3, 5, -1, -1},
		{3, "Белозёров", "Ольга", "Сергей", Female, "1983-07-30", 3, 4, -1, -1},
		{4, "Кузьмин", "Ирина", "Олег", Female, "1991-12-02", 4, -1, -1, -1},
		{5, "Островский", "Лев", "Григорий", Male, "1968-02-29", 5, -1, -1, -1},
		{0, "Соколов", "Михаил", "Игорь", Male, "2014-06-21", 0, -1, 0, 1},
		{0, "Соколов", "Варвара", "Игорь", Female, "2019-02-11", 0, -1, 0, 1},
		{3, "Белозёров", "Полина", "Дмитрий", Female, "2010-05-05", 3, -1, 4, 5},
		{4, "Кузьмин", "Арсений", "Роман", Male, "2021-08-15", 4, -1, 6, -1},
	}
}

// demo puts the people of the demo at the front of the population.
func (b *builder) demo() {
	list := demoPeople()
	for _, d := range list {
		b.person(b.regions[d.region], d.masculine, d.first, b.words.middleName(d.father, d.sex), d.sex, day(d.born))
	}
	for i, d := range list {
		b.relate(i, d)
	}
	homes := map[int][]*Person{}
	for i, d := range list {
		homes[d.household] = append(homes[d.household], b.people[i])
	}
	for n := range len(homes) {
		b.move(b.regions[b.regionOf(list, n)], homes[n])
	}
}

func (b *builder) relate(i int, d demoPerson) {
	if d.spouse > i {
		b.marry(b.regions[d.region], b.people[i], b.people[d.spouse])
	}
	for _, parent := range []int{d.parentOne, d.parentTwo} {
		if parent >= 0 {
			link(b.people[i], b.people[parent])
		}
	}
}

func (b *builder) regionOf(list []demoPerson, household int) int {
	for _, d := range list {
		if d.household == household {
			return d.region
		}
	}
	return 0
}
