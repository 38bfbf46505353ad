package contract

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// WSDL returns the description of the operations in use with the service at address, rendered from the tables: there is no
// second place that could differ from them. Names stand in byte order, so that two renderings are equal.
func WSDL(address string) ([]byte, error) {
	t, err := Load()
	if err != nil {
		return nil, err
	}
	w := &wsdl{t: t, operations: sortedNames(t.Operations)}
	w.line(`<?xml version="1.0" encoding="utf-8"?>`)
	w.line(`<wsdl:definitions name="ExchangeService" targetNamespace="`+NSService+`"`,
		` xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"`,
		` xmlns:wsaw="http://www.w3.org/2006/05/addressing/wsdl"`+prefixes+`>`)
	w.line(`<wsdl:types>`)
	w.serviceSchema()
	w.modelSchema()
	w.faultSchema()
	w.arraySchema()
	w.schema(NSSerial, nil, func() {
		w.line(`<xs:simpleType name="guid"><xs:restriction base="xs:string">`,
			`<xs:pattern value="[\da-fA-F]{8}-[\da-fA-F]{4}-[\da-fA-F]{4}-[\da-fA-F]{4}-[\da-fA-F]{12}"/></xs:restriction></xs:simpleType>`)
	})
	w.line(`</wsdl:types>`)
	w.messages()
	w.portType()
	w.binding()
	escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&quot;").Replace(address)
	w.line(`<wsdl:service name="ExchangeService"><wsdl:port name="BasicHttpBinding_IExchangeService" binding="s:BasicHttpBinding_IExchangeService">`,
		`<soap:address location="`+escaped+`"/></wsdl:port></wsdl:service>`)
	w.line(`</wsdl:definitions>`)
	return []byte(w.out.String()), nil
}

// prefixes are declared by every schema as well: some stacks, npm soap among them, look for the base of a type nowhere else,
// and write its members in a wrong namespace when they do not find it.
const prefixes = ` xmlns:xs="` + NSSchema + `" xmlns:s="` + NSService + `" xmlns:m="` + NSModel +
	`" xmlns:f="` + NSFault + `" xmlns:a="` + NSArrays + `" xmlns:ser="` + NSSerial + `"`

// wsdl is a description under construction.
type wsdl struct {
	t          *Tables
	operations []string
	out        strings.Builder
}

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func (w *wsdl) line(parts ...string) {
	for _, p := range parts {
		w.out.WriteString(p)
	}
	w.out.WriteByte('\n')
}

func (w *wsdl) schema(namespace string, imports []string, inner func()) {
	w.line(`<xs:schema targetNamespace="` + namespace + `" elementFormDefault="qualified"` + prefixes + `>`)
	for _, i := range imports {
		w.line(`<xs:import namespace="` + i + `"/>`)
	}
	inner()
	w.line(`</xs:schema>`)
}

// serviceSchema holds the wrapper elements of requests and answers; an operation without a result has an empty answer.
func (w *wsdl) serviceSchema() {
	w.schema(NSService, []string{NSModel, NSArrays, NSSerial}, func() {
		for _, name := range w.operations {
			op := w.t.Operations[name]
			w.wrapper(name, op.Params)
			if op.Result.Name == "" {
				w.wrapper(name+"Response", nil)
				continue
			}
			w.wrapper(name+"Response", []Member{op.Result})
		}
	})
}

func (w *wsdl) wrapper(name string, members []Member) {
	w.line(`<xs:element name="` + name + `"><xs:complexType>`)
	w.sequence(members)
	w.line(`</xs:complexType></xs:element>`)
}

func (w *wsdl) sequence(members []Member) {
	w.line(`<xs:sequence>`)
	for _, m := range members {
		w.member(m, "")
	}
	w.line(`</xs:sequence>`)
}

func (w *wsdl) member(m Member, more string) {
	if !m.Required {
		more += ` minOccurs="0"`
	}
	if m.Nillable {
		more += ` nillable="true"`
	}
	w.line(fmt.Sprintf(`<xs:element name="%s" type="%s"%s/>`, m.Name, w.typeName(m.Type), more))
}

func (w *wsdl) typeName(typ string) string {
	_, isType := w.t.Types[typ]
	_, isEnum := w.t.Enums[typ]
	_, space, item, isArray := Item(typ)
	switch {
	case isArray && space == NSArrays:
		return "a:ArrayOf" + xmlName(item)
	case isArray:
		return "m:ArrayOf" + item
	case isType || isEnum:
		return "m:" + typ
	case typ == "guid":
		return "ser:guid"
	}
	return "xs:" + xmlName(typ)
}

// xmlName is the name that XML Schema gives to a simple type of the tables.
func xmlName(simple string) string {
	if simple == "base64" {
		return "base64Binary"
	}
	return simple
}

func (w *wsdl) modelSchema() {
	w.schema(NSModel, []string{NSArrays, NSSerial}, func() {
		for _, name := range sortedNames(w.t.Types) {
			w.complexType(w.t.Types[name])
		}
		for _, item := range w.arrays("[]") {
			_, enum := w.t.Enums[item]
			w.array(Member{Name: item, Type: item, Nillable: !enum})
		}
		for _, name := range sortedNames(w.t.Enums) {
			w.line(`<xs:simpleType name="` + name + `"><xs:restriction base="xs:string">`)
			for _, v := range w.t.Enums[name] {
				w.line(`<xs:enumeration value="` + v + `"/>`)
			}
			w.line(`</xs:restriction></xs:simpleType>`)
		}
	})
}

func (w *wsdl) complexType(typ Type) {
	w.line(`<xs:complexType name="` + typ.Name + `">`)
	if typ.Base == "" {
		w.sequence(typ.Members)
	} else {
		w.line(`<xs:complexContent><xs:extension base="m:` + typ.Base + `">`)
		w.sequence(typ.Members[len(w.t.Types[typ.Base].Members):])
		w.line(`</xs:extension></xs:complexContent>`)
	}
	w.line(`</xs:complexType>`)
}

func (w *wsdl) array(item Member) {
	w.line(`<xs:complexType name="ArrayOf` + item.Name + `"><xs:sequence>`)
	w.member(item, ` maxOccurs="unbounded"`)
	w.line(`</xs:sequence></xs:complexType>`)
}

// arrays lists the items of all arrays in use whose notation begins with mark, once each.
func (w *wsdl) arrays(mark string) []string {
	seen := map[string]bool{}
	note := func(members ...Member) {
		for _, m := range members {
			if item, ok := strings.CutPrefix(m.Type, mark); ok {
				seen[item] = true
			}
		}
	}
	for _, typ := range w.t.Types {
		note(typ.Members...)
	}
	for _, op := range w.t.Operations {
		note(append(slices.Clone(op.Params), op.Result)...)
	}
	return sortedNames(seen)
}

func (w *wsdl) faultSchema() {
	w.schema(NSFault, nil, func() {
		w.line(`<xs:complexType name="ServiceErrorFaultContract">`)
		var members []Member
		for _, name := range []string{"Code", "Field", "Message", "StackTrace"} {
			members = append(members, Member{Name: name, Type: "string", Nillable: true})
		}
		w.sequence(members)
		w.line(`</xs:complexType>`)
		w.line(`<xs:element name="ServiceErrorFaultContract" type="f:ServiceErrorFaultContract" nillable="true"/>`)
	})
}

func (w *wsdl) arraySchema() {
	w.schema(NSArrays, nil, func() {
		for _, item := range w.arrays("arr:") {
			w.array(Member{Name: xmlName(item), Type: item, Nillable: true})
		}
	})
}

func (w *wsdl) messages() {
	part := `<wsdl:message name="%s"><wsdl:part name="%s" element="%s"/></wsdl:message>`
	for _, name := range w.operations {
		w.line(fmt.Sprintf(part, name+"Input", "parameters", "s:"+name))
		w.line(fmt.Sprintf(part, name+"Output", "parameters", "s:"+name+"Response"))
	}
	w.line(fmt.Sprintf(part, "ServiceErrorFault", "detail", "f:ServiceErrorFaultContract"))
}

func (w *wsdl) portType() {
	w.line(`<wsdl:portType name="IExchangeService">`)
	for _, name := range w.operations {
		w.line(`<wsdl:operation name="` + name + `">`)
		w.line(`<wsdl:input wsaw:Action="` + ActionPrefix + name + `" message="s:` + name + `Input"/>`)
		w.line(`<wsdl:output wsaw:Action="` + ActionPrefix + name + `Response" message="s:` + name + `Output"/>`)
		w.line(`<wsdl:fault wsaw:Action="`+ActionPrefix+name+`ServiceErrorFaultContractFault" name="ServiceErrorFaultContractFault"`,
			` message="s:ServiceErrorFault"/>`)
		w.line(`</wsdl:operation>`)
	}
	w.line(`</wsdl:portType>`)
}

func (w *wsdl) binding() {
	w.line(`<wsdl:binding name="BasicHttpBinding_IExchangeService" type="s:IExchangeService">`)
	w.line(`<soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>`)
	for _, name := range w.operations {
		w.line(`<wsdl:operation name="`+name+`"><soap:operation soapAction="`+ActionPrefix+name+`" style="document"/>`,
			`<wsdl:input><soap:body use="literal"/></wsdl:input><wsdl:output><soap:body use="literal"/></wsdl:output>`,
			`<wsdl:fault name="ServiceErrorFaultContractFault"><soap:fault name="ServiceErrorFaultContractFault" use="literal"/></wsdl:fault></wsdl:operation>`)
	}
	w.line(`</wsdl:binding>`)
}
