package wire

import (
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/edo"
)

const (
	maxEvent = 1 << 20 // bytes of one event
	maxPage  = 3 << 20 // bytes of a page of events, below the 4 MiB of a message
)

// measure bounds every text (in bytes) and every list of one event.
type measure struct{ text, list int }

// ToEvents is one page of what a host has to know, cut before it becomes too large for a message: the host asks for the
// rest by the place of its last event. What counterparties and certificates say is foreign: neither its size nor its
// bytes may keep the events after it from the host.
func ToEvents(events []edo.Event) []*dmspb.Event {
	var page []*dmspb.Event
	size := 0
	for _, e := range events {
		m := toEvent(e)
		for _, limit := range []measure{{text: 16 << 10, list: 100}, {text: 1 << 10, list: 20}} {
			m.Shortened += limit.fit(m.ProtoReflect())
			if proto.Size(m) <= maxEvent {
				break
			}
		}
		if size += proto.Size(m); size > maxPage && len(page) > 0 {
			break
		}
		page = append(page, m)
	}
	return page
}

// fit shortens what is too large, replaces what is not UTF-8, which protobuf refuses to encode, and counts both.
func (f measure) fit(m protoreflect.Message) (shortened int32) {
	m.Range(func(field protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case field.IsList():
			list := v.List()
			if list.Len() > f.list {
				list.Truncate(f.list)
				shortened++
			}
			for i := range list.Len() {
				if value, n := f.value(field, list.Get(i)); n > 0 {
					shortened += n
					list.Set(i, value)
				}
			}
		default:
			if value, n := f.value(field, v); n > 0 {
				shortened += n
				m.Set(field, value)
			}
		}
		return true
	})
	return shortened
}

func (f measure) value(field protoreflect.FieldDescriptor, v protoreflect.Value) (protoreflect.Value, int32) {
	switch field.Kind() {
	case protoreflect.MessageKind:
		return v, f.fit(v.Message())
	case protoreflect.StringKind:
		s := v.String()
		if len(s) <= f.text && utf8.ValidString(s) {
			return v, 0
		}
		if len(s) > f.text {
			s = s[:f.text] + "…"
		}
		return protoreflect.ValueOfString(strings.ToValidUTF8(s, "\uFFFD")), 1
	}
	return v, 0
}
