package gateway

import (
	"strings"
	"testing"
	"time"

	"github.com/edokit/edokit/edo"
)

// TestRouteTable: five kinds and three absences; a rule for a kind goes before one for all kinds.
func TestRouteTable(t *testing.T) {
	t.Parallel()
	const ours = "7707083893"
	at := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	kinds := []edo.DocumentKind{
		{ID: "application"}, {ID: "inquiry"}, {ID: "complaint", Title: edo.Sentence{RU: "Жалоба", EN: "Complaint"}}, {ID: "connection"}, {ID: "notice"},
	}
	rules := []edo.Responsible{
		{Scope: edo.ScopeAdministrator, Actor: "admin"},
		{Scope: edo.ScopeBox, Actor: "box"},
		{Scope: edo.ScopeBox, Kind: "connection", Actor: "engineer"},
		{Scope: edo.ScopeCounterparty, INN: ours, Actor: "manager"},
		{Scope: edo.ScopeCounterparty, INN: ours, Kind: "complaint", Actor: "lawyer"},
		{Scope: edo.ScopeCounterparty, INN: "5003052454", Actor: "stranger"},
	}
	away := func(actors ...edo.ActorID) (all []edo.Absence) {
		for _, a := range actors {
			all = append(all, edo.Absence{Actor: a, From: at.Add(-time.Hour), Until: at.Add(48 * time.Hour)})
		}
		return all
	}
	absences := map[string][]edo.Absence{
		"nobody": nil, "counterparty": away("manager", "lawyer"), "both": away("manager", "lawyer", "box", "engineer"),
	}
	want := map[string]map[string]edo.ActorID{
		"application": {"nobody": "manager", "counterparty": "box", "both": "admin"},
		"inquiry":     {"nobody": "manager", "counterparty": "box", "both": "admin"},
		"complaint":   {"nobody": "lawyer", "counterparty": "box", "both": "admin"},
		"connection":  {"nobody": "manager", "counterparty": "engineer", "both": "admin"},
		"notice":      {"nobody": "manager", "counterparty": "box", "both": "admin"},
	}
	for kind, row := range want {
		for who, actor := range row {
			t.Run(kind+", away: "+who, func(t *testing.T) {
				t.Parallel()
				d := edo.InboundDocument{KindID: kind, From: edo.Address{INN: ours, KPP: "773601001"}}
				got, why, ok := route(rules, absences[who], kinds, d, at)
				if !ok || got != actor {
					t.Fatalf("%s, %t; want %s", got, ok, actor)
				}
				if !strings.HasPrefix(why.RU, string(actor)+": ") || !strings.HasPrefix(why.EN, string(actor)+": ") {
					t.Errorf("%+v", why)
				}
				for _, a := range absences[who] {
					named := strings.Contains(why.RU, string(a.Actor)+" (") && strings.Contains(why.EN, string(a.Actor)+" (")
					fits := a.Actor != "lawyer" && a.Actor != "engineer" || a.Actor == "lawyer" && kind == "complaint" || a.Actor == "engineer" && kind == "connection"
					if named != fits {
						t.Errorf("%s is named: %t; %s", a.Actor, named, why.EN)
					}
				}
			})
		}
	}
}

// TestRouteEdges: branches, borders of absences, an administrator who is away, and no administrator at all.
func TestRouteEdges(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	admin := edo.Responsible{Scope: edo.ScopeAdministrator, Actor: "admin"}
	special := edo.Responsible{Scope: edo.ScopeAdministrator, Kind: "complaint", Actor: "special"}
	company := edo.Responsible{Scope: edo.ScopeCounterparty, INN: "1", Actor: "company"}
	branch := edo.Responsible{Scope: edo.ScopeCounterparty, INN: "1", KPP: "2", Actor: "branch"}
	byKind := edo.Responsible{Scope: edo.ScopeCounterparty, INN: "1", Kind: "complaint", Actor: "by-kind"}
	gone := func(a edo.ActorID, from, until time.Duration) edo.Absence {
		return edo.Absence{Actor: a, From: at.Add(from), Until: at.Add(until)}
	}
	cases := map[string]struct {
		rules    []edo.Responsible
		absences []edo.Absence
		want     edo.ActorID
		says     string // part of the English sentence
	}{
		"branch before company":        {[]edo.Responsible{admin, company, branch}, nil, "branch", "KPP 2"},
		"kind before branch":           {[]edo.Responsible{admin, branch, byKind}, nil, "by-kind", `kind "Complaint"`},
		"first moment away":            {[]edo.Responsible{admin, company}, []edo.Absence{gone("company", 0, time.Hour)}, "admin", "company (responsible"},
		"first moment back":            {[]edo.Responsible{admin, company}, []edo.Absence{gone("company", -time.Hour, 0)}, "company", "INN 1"},
		"two absences, the later ends": {[]edo.Responsible{admin, company}, []edo.Absence{gone("company", -1, time.Hour), gone("company", -1, 2*time.Hour)}, "admin", "2026-11-22 11:00"},
		"administrator away":           {[]edo.Responsible{admin, company}, []edo.Absence{gone("company", -1, 1), gone("admin", -1, 1)}, "admin", "nobody after"},
		"administrator for the kind":   {[]edo.Responsible{admin, special}, nil, "special", `administrator for the kind "Complaint"`},
		"that one is away":             {[]edo.Responsible{admin, special}, []edo.Absence{gone("special", -1, 1)}, "admin", "special ("},
		"no administrator":             {[]edo.Responsible{company}, nil, "", ""},
		"only one for another kind":    {[]edo.Responsible{company, {Scope: edo.ScopeAdministrator, Kind: "inquiry", Actor: "x"}}, nil, "", ""},
		"unknown scope":                {[]edo.Responsible{admin, {Scope: "moon", Actor: "x"}}, nil, "admin", "exchange administrator"},
	}
	kinds := []edo.DocumentKind{{ID: "complaint", Title: edo.Sentence{RU: "Жалоба", EN: "Complaint"}}}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, why, ok := route(tc.rules, tc.absences, kinds, edo.InboundDocument{KindID: "complaint", From: edo.Address{INN: "1", KPP: "2"}}, at)
			if got != tc.want || ok != (tc.want != "") || !strings.Contains(why.EN, tc.says) || (why.RU == "") != (why.EN == "") {
				t.Errorf("%s, %t: %s", got, ok, why.EN)
			}
		})
	}
}
