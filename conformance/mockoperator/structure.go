package mockoperator

import (
	"slices"
	"strconv"
	"strings"
)

// structureOf finds the organisation whose departments are asked for, by its number as text.
func (o *Operator) structureOf(p *node) (int, *Organisation, error) {
	text := strings.TrimSpace(p.str("organizationId"))
	if text == "" {
		return 0, nil, refuse("NotFilledRequiredField", "organizationId", "Не указана организация")
	}
	id, err := strconv.Atoi(text)
	if err != nil {
		return 0, nil, refuse("InvalidFormatField", "organizationId", "Номер организации состоит из цифр")
	}
	n, org := o.byNumber(id)
	if org == nil {
		return 0, nil, refuse("NoDataFound", "organizationId", "Нет такой организации")
	}
	return n, org, nil
}

// byNumber finds an organisation by the number that the service gave it.
func (o *Operator) byNumber(id int) (int, *Organisation) {
	list, n := o.orgs.list(), id-organisationID(0)
	if n < 0 || n >= len(list) {
		return -1, nil
	}
	return n, list[n]
}

func (o *Operator) getStructure(p *node) (*body, error) {
	if _, err := o.inBox(p.child("authToken"), "authToken", p.child("boxId"), "boxId"); err != nil {
		return nil, err
	}
	n, org, err := o.structureOf(p)
	if err != nil {
		return nil, err
	}
	return departments("GetOrganizationStructure", n, org.structure()), nil
}

func (o *Operator) hasSingleElement(p *node) (*body, error) {
	if _, err := o.session(p.child("authToken"), "authToken"); err != nil {
		return nil, err
	}
	_, org, err := o.structureOf(p)
	if err != nil {
		return nil, err
	}
	return truth("OrganizationStructureHasSingleElement", len(org.structure()) == 1), nil
}

func (o *Operator) getStructureChildren(p *node) (*body, error) {
	if _, err := o.session(p.child("authToken"), "authToken"); err != nil {
		return nil, err
	}
	n, org, err := o.structureOf(p)
	if err != nil {
		return nil, err
	}
	parent, err := departmentOf(org, p.str("orgStructureElementId"), "orgStructureElementId")
	if err != nil {
		return nil, err
	}
	children := slices.DeleteFunc(org.structure(), func(d Department) bool {
		return d.Parent == "" || plainID(d.Parent) != plainID(parent.ID)
	})
	return departments("GetOrganizationStructureElementChildren", n, children), nil
}

// departmentOf finds a department that a request must name.
func departmentOf(org *Organisation, id, field string) (Department, error) {
	if id == "" {
		return Department{}, refuse("NotFilledRequiredField", field, "Не указано подразделение")
	}
	d, ok := org.department(id)
	if !ok {
		return Department{}, refuse("DepartmentDoesNotExist", field, "Нет такого подразделения")
	}
	return d, nil
}

func departments(operation string, number int, list []Department) *body {
	return result(operation, func(b *body) {
		for _, d := range list {
			b.wrap("m:OrganizationStructureElement", func() {
				b.elementOrNil("m:AdditionalInfo", d.Note)
				b.elementOrNil("m:Code", d.Code)
				b.element("m:Id", d.ID)
				b.boolean("m:IsDeleted", false)
				b.boolean("m:IsHidden", false)
				b.elementOrNil("m:Kpp", d.KPP)
				b.element("m:Name", d.Name)
				b.integer("m:OrganizationId", organisationID(number))
				b.elementOrNil("m:ParentId", d.Parent)
			})
		}
	})
}

// getDepartmentEmployees lists the people of a department of the caller's organisation.
func (o *Operator) getDepartmentEmployees(p *node) (*body, error) {
	s, err := o.inBox(p.child("authToken"), "authToken", p.child("boxId"), "boxId")
	if err != nil {
		return nil, err
	}
	org := o.orgs.at(s.org)
	want, err := departmentOf(org, p.str("departmentId"), "departmentId")
	if err != nil {
		return nil, err
	}
	return result("GetDepartmentEmployees", func(b *body) {
		for i, h := range org.Heads {
			if d, ok := org.department(h.Department); ok && d.ID == want.ID {
				b.wrap("m:User", func() { o.user(b, s.org, i) })
			}
		}
	}), nil
}
