package main

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/dmsplugin/proto"
)

type object = map[string]any

// describe writes the OpenAPI description: what is made by hand here, and every call of the contract with its comments.
func describe() ([]byte, error) {
	notes := comments(proto.Source)
	paths := byHand()
	used := map[protoreflect.FullName]protoreflect.MessageDescriptor{}
	all := calls()
	for _, path := range slices.Sorted(maps.Keys(all)) {
		m := all[path]
		paths[path] = object{"post": object{
			"operationId": lower(string(m.Parent().Name())) + string(m.Name()), "tags": []string{string(m.Parent().Name())},
			"description": notes[string(m.Parent().Name())+"."+string(m.Name())],
			"requestBody": object{"content": jsonOf(ref(m.Input(), used))},
			"responses":   responses(jsonOf(ref(m.Output(), used))),
		}}
	}
	for _, m := range []protoreflect.Message{
		(&dmspb.PackageHeader{}).ProtoReflect(), (&dmspb.DocumentHeader{}).ProtoReflect(), (&dmspb.SendResponse{}).ProtoReflect(),
		(&dmspb.DeliverResponse{}).ProtoReflect(), (&dmspb.ErrorDetail{}).ProtoReflect(),
	} {
		ref(m.Descriptor(), used)
	}
	schemas := object{}
	for len(used) > len(schemas) { // a message brings those inside it
		for _, m := range slices.Collect(maps.Values(used)) {
			if _, done := schemas[string(m.Name())]; !done {
				schemas[string(m.Name())] = schema(m, notes, used)
			}
		}
	}
	return json.MarshalIndent(object{
		"openapi": "3.1.0",
		"info": object{
			"title": "edo-bridge", "version": version,
			"description": "The calls of the plugin as HTTP with JSON. Numbers of 64 bits are strings, bytes are base64, times are RFC 3339, durations like \"3.5s\". Every error is an ErrorDetail.",
		},
		"security":   []object{{"token": []string{}}},
		"paths":      paths,
		"components": object{"schemas": schemas, "securitySchemes": object{"token": object{"type": "http", "scheme": "bearer"}}},
	}, "", " ")
}

func jsonOf(schema object) object { return object{"application/json": object{"schema": schema}} }

func responses(content object) object {
	return object{
		"200":     object{"description": "Done.", "content": content},
		"default": object{"description": "Refused or failed; faults say what to do.", "content": jsonOf(object{"$ref": "#/components/schemas/ErrorDetail"})},
	}
}

func ref(m protoreflect.MessageDescriptor, used map[protoreflect.FullName]protoreflect.MessageDescriptor) object {
	used[m.FullName()] = m
	return object{"$ref": "#/components/schemas/" + string(m.Name())}
}

func schema(m protoreflect.MessageDescriptor, notes map[string]string, used map[protoreflect.FullName]protoreflect.MessageDescriptor) object {
	properties := object{}
	for i := range m.Fields().Len() {
		f := m.Fields().Get(i)
		p := typeOf(f, used)
		if note := notes[string(m.Name())+"."+string(f.Name())]; note != "" {
			p["description"] = note
		}
		properties[f.JSONName()] = p
	}
	out := object{"type": "object", "properties": properties, "additionalProperties": false}
	if note := notes[string(m.Name())]; note != "" {
		out["description"] = note
	}
	return out
}

func typeOf(f protoreflect.FieldDescriptor, used map[protoreflect.FullName]protoreflect.MessageDescriptor) object {
	switch {
	case f.IsMap():
		return object{"type": "object", "additionalProperties": typeOf(f.MapValue(), used)}
	case f.IsList():
		return object{"type": "array", "items": one(f, used)}
	}
	return one(f, used)
}

func one(f protoreflect.FieldDescriptor, used map[protoreflect.FullName]protoreflect.MessageDescriptor) object {
	switch f.Kind() {
	case protoreflect.BoolKind:
		return object{"type": "boolean"}
	case protoreflect.Int32Kind:
		return object{"type": "integer", "format": "int32"}
	case protoreflect.Int64Kind:
		return object{"type": "string", "format": "int64"}
	case protoreflect.DoubleKind:
		return object{"type": "number"}
	case protoreflect.BytesKind:
		return object{"type": "string", "contentEncoding": "base64"}
	case protoreflect.EnumKind:
		words := []string{}
		for i := range f.Enum().Values().Len() {
			words = append(words, string(f.Enum().Values().Get(i).Name()))
		}
		return object{"type": "string", "enum": words}
	case protoreflect.MessageKind:
		switch f.Message().FullName() {
		case "google.protobuf.Timestamp":
			return object{"type": "string", "format": "date-time"}
		case "google.protobuf.Duration":
			return object{"type": "string", "examples": []string{"3.5s"}}
		}
		return ref(f.Message(), used)
	}
	return object{"type": "string"}
}

// comments reads what stands above each message, field, service and call of the contract, which every one of them has.
func comments(source string) map[string]string {
	var (
		begin  = regexp.MustCompile(`^(message|service|enum) (\w+) \{`)
		member = regexp.MustCompile(`^\s+(?:rpc (\w+)\(|(?:repeated |map<[^>]+> )?(?:[\w.]+ )?(\w+) = \d+)`)
		notes  = map[string]string{}
		within string
		text   []string
	)
	for line := range strings.Lines(source) {
		trimmed := strings.TrimSpace(line)
		if note, ok := strings.CutPrefix(trimmed, "//"); ok {
			text = append(text, strings.TrimSpace(note))
			continue
		}
		if m := begin.FindStringSubmatch(line); m != nil {
			within = m[2]
			notes[within] = strings.Join(text, " ")
		} else if m := member.FindStringSubmatch(line); m != nil {
			notes[within+"."+m[1]+m[2]] = strings.Join(text, " ")
		}
		text = nil
	}
	return notes
}

// byHand are the requests that are no single call of the contract.
func byHand() object {
	query := func(name, description string, required bool) object {
		return object{"name": name, "in": "query", "required": required, "description": description, "schema": object{"type": "string"}}
	}
	named := func(name string) object { return object{"$ref": "#/components/schemas/" + name} }
	binary := object{"application/octet-stream": object{"schema": object{"type": "string", "format": "binary"}}}
	file := object{"type": "object", "properties": object{"file": object{"type": "string", "description": "Names it in a package."}, "sha256": object{"type": "string"}, "size": object{"type": "integer"}}}
	item := object{
		"type": "object", "required": []string{"document", "file"},
		"properties": object{"document": named("DocumentHeader"), "file": object{"type": "string", "description": "What PUT /v1/files has answered as file."}},
	}
	return object{
		"/healthz": object{"get": object{"operationId": "health", "security": []object{}, "description": "Whether the plugin runs.", "responses": object{"200": object{"description": "It does."}, "503": object{"description": "It does not; it is launched again."}}}},
		"/v1/files": object{"put": object{
			"operationId": "putFile", "description": "Takes the bytes of one document, with its size as Content-Length. It waits for its package for a day.",
			"requestBody": object{"required": true, "content": binary}, "responses": responses(jsonOf(file)),
		}},
		"/v1/packages": object{"post": object{
			"operationId": "sendPackage", "description": "Sends a package of files that were put. Answers when it is durable in the plugin; follow it with events. The same request again is safe.",
			"requestBody": object{"required": true, "content": jsonOf(object{
				"type": "object", "required": []string{"package", "documents"},
				"properties": object{"package": named("PackageHeader"), "documents": object{"type": "array", "items": item}},
			})},
			"responses": responses(jsonOf(named("SendResponse"))),
		}},
		"/v1/events": object{"get": object{
			"operationId": "events", "description": "The next events of a subscriber, in order, at least once. Keep the last seq that is safe, or call /v1/exchange/acknowledge.",
			"parameters": []object{
				query("subscriber", "Whose events.", true), query("after", "Only events with a greater seq.", false),
				query("limit", "How many at most, 1 to 500; 100 if absent.", false), query("wait", "How many seconds to wait if there is nothing, up to 60.", false),
			},
			"responses": responses(jsonOf(named("DeliverResponse"))),
		}},
		"/v1/content": object{"get": object{
			"operationId": "content", "description": "The bytes of a document or version, with X-Content-SHA256. An answer shorter than its Content-Length was cut off: drop it.",
			"parameters": []object{
				query("subscriber", "Whose document.", true), query("package", "Of which package.", false), query("document", "Which document of it.", false),
				query("inbound", "Instead of both: the operator's id of a document that came in.", false),
				query("role", "ROLE_ORIGINAL, ROLE_OPERATOR_FORM, ROLE_LOCAL_MARK, ROLE_SIGNATURE or ROLE_EVIDENCE.", true), query("actor", "The user who reads.", true),
			},
			"responses": responses(binary),
		}},
		"/v1/log/{id}/{side}": object{"get": object{
			"operationId": "rawXML", "description": "The stored request or answer of one exchange; secrets and content stand as placeholders.",
			"parameters": []object{
				{"name": "id", "in": "path", "required": true, "schema": object{"type": "string"}},
				{"name": "side", "in": "path", "required": true, "schema": object{"type": "string", "enum": []string{"request", "answer"}}},
				query("actor", "The user who reads.", true),
			},
			"responses": responses(object{"application/xml": object{"schema": object{"type": "string"}}}),
		}},
	}
}
