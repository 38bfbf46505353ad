package storetest

import (
	"errors"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// sealsOfAnEpoch goes through a rotation as package secret does it.
func sealsOfAnEpoch(t conformance.T, h Harness) {
	s, ctx := h.temp(t), t.Context()
	must(t, s.PutSubscriber(ctx, subscriber("ours")))
	name := directory.SecretName{Subscriber: "ours", Kind: "login", Field: "password"}
	const old, fresh = 4_000_000_001, 4_000_000_002 // ids of keys need all 32 bits
	in, err := s.Installation(ctx, old)
	must(t, err)
	if in.ID == "" || in.Master != old || in.Epoch != 1 || in.Rotating {
		t.Fatalf("%+v", in)
	}
	again, err := s.Installation(ctx, fresh)
	must(t, err)
	same(t, "the installation", in, again)

	key := directory.DataKey{Subscriber: "ours", Epoch: 1, Master: old, Wrapped: []byte{1}}
	must(t, s.PutDataKey(ctx, key))
	other := key
	other.Wrapped = []byte{2}
	must(t, s.PutDataKey(ctx, other)) // the first one stays
	got, err := s.DataKey(ctx, "ours", 1)
	must(t, err)
	same(t, "data key", key, got)
	must(t, s.PutDataKey(ctx, directory.DataKey{Master: old, Wrapped: []byte{3}}))
	must(t, s.PutSealed(ctx, name, 1, []byte("one")))
	must(t, s.PutSealed(ctx, name, 1, []byte("two")))
	row, err := s.Sealed(ctx, name)
	must(t, err)
	same(t, "sealed", directory.SealedSecret{Name: name, Version: 2, Epoch: 1, Bytes: []byte("two"), UpdatedAt: noon}, row)

	must(t, s.BeginRotation(ctx, 1, fresh))
	must(t, s.BeginRotation(ctx, 1, 7)) // the epoch is over
	must(t, s.BeginRotation(ctx, 2, 7)) // a rotation is under way
	in, err = s.Installation(ctx, 1)
	must(t, err)
	if in.Master != fresh || in.Epoch != 2 || !in.Rotating {
		t.Errorf("%+v", in)
	}
	for what, err := range map[string]error{
		"a seal of the old epoch":     s.PutSealed(ctx, name, 1, []byte("late")),
		"a data key of the old epoch": s.PutDataKey(ctx, directory.DataKey{Subscriber: "new", Epoch: 1, Master: fresh, Wrapped: []byte{1}}),
		"a data key of the old key":   s.PutDataKey(ctx, directory.DataKey{Subscriber: "new", Epoch: 2, Master: old, Wrapped: []byte{1}}),
	} {
		if !errors.Is(err, directory.KeyMoved) {
			t.Errorf("%s: %v", what, err)
		}
	}
	left, err := s.EndRotation(ctx, 2)
	if err != nil || left != 2 { // the secret, and the key of fingerprints
		t.Errorf("left %d, %v", left, err)
	}
	must(t, s.PutDataKey(ctx, directory.DataKey{Subscriber: "ours", Epoch: 2, Master: fresh, Wrapped: []byte{4}}))
	must(t, s.Reseal(ctx, name, []byte("one"), 2, []byte("wrong"))) // it has changed since
	must(t, s.Reseal(ctx, name, []byte("two"), 2, []byte("two again")))
	must(t, s.Rewrap(ctx, directory.DataKey{Master: fresh, Wrapped: []byte{5}}, []byte{9}))
	must(t, s.Rewrap(ctx, directory.DataKey{Master: fresh, Wrapped: []byte{6}}, []byte{3}))
	if left, err = s.EndRotation(ctx, 2); err != nil || left != 0 {
		t.Errorf("left %d, %v", left, err)
	}
	if left, err = s.EndRotation(ctx, 1); err != nil || left != 0 {
		t.Errorf("the end of another epoch: %d, %v", left, err)
	}
	keys, err := s.DataKeys(ctx)
	must(t, err)
	same(t, "data keys", []directory.DataKey{{Master: fresh, Wrapped: []byte{6}}, {Subscriber: "ours", Epoch: 2, Master: fresh, Wrapped: []byte{4}}}, keys)
	all, err := s.AllSealed(ctx)
	must(t, err)
	same(t, "all sealed", []directory.SealedSecret{{Name: name, Version: 2, Epoch: 2, Bytes: []byte("two again"), UpdatedAt: noon}}, all)
	must(t, s.StartOver(ctx, 5))
	all, err = s.AllSealed(ctx)
	must(t, err)
	if in, err = s.Installation(ctx, 1); err != nil || len(all) != 0 || in.Epoch != 3 || in.Master != 5 || in.Rotating {
		t.Errorf("after a new start %+v, %v, %v", in, all, err)
	}
}

// loginsOfAnAddress: a credential belongs to the operator and the address that it was given for.
func loginsOfAnAddress(t conformance.T, h Harness) {
	s, ctx := h.temp(t), t.Context()
	_, err := s.Installation(ctx, 1)
	must(t, err)
	must(t, s.PutDataKey(ctx, directory.DataKey{Subscriber: "ours", Epoch: 1, Master: 1, Wrapped: []byte{1}}))
	must(t, s.PutSubscriber(ctx, subscriber("other")))
	login := directory.SecretName{Subscriber: "ours", Kind: directory.SecretLogin, Field: "password"}
	next, key := login, directory.SecretName{Subscriber: "ours", Kind: "signer", ID: "head", Field: "key"}
	next.Field += ".next"
	for what, tc := range map[string]struct {
		change func(*directory.Subscriber)
		kept   bool
	}{
		"a title":          {func(d *directory.Subscriber) { d.Title = "ООО «Другое имя»" }, true},
		"another address":  {func(d *directory.Subscriber) { d.Endpoint = "https://elsewhere.example/exchange" }, false},
		"another operator": {func(d *directory.Subscriber) { d.Operator = "diadoc" }, false},
	} {
		must(t, s.PutSubscriber(ctx, subscriber("ours")))
		for _, n := range []directory.SecretName{login, next, key} {
			must(t, s.PutSealed(ctx, n, 1, []byte("sealed")))
		}
		d := subscriber("ours")
		tc.change(&d)
		must(t, s.PutSubscriber(ctx, d))
		for _, n := range []directory.SecretName{login, next} {
			if _, err := s.Sealed(ctx, n); tc.kept != (err == nil) || (err != nil && !errors.Is(err, edo.NotFound)) {
				t.Errorf("%s: %s gives %v", what, n.Field, err)
			}
		}
		if _, err := s.Sealed(ctx, key); err != nil {
			t.Errorf("%s: the key of a signer: %v", what, err)
		}
	}
}

func succession(t conformance.T, h Harness) {
	s, ctx := h.temp(t), t.Context()
	must(t, s.PutSubscriber(ctx, subscriber("ours")))
	_, err := s.Installation(ctx, 1)
	must(t, err)
	name := directory.SecretName{Subscriber: "ours", Kind: "login", Field: "password"}
	next := name
	next.Field += ".next"
	must(t, s.PutSealed(ctx, name, 1, []byte("old")))
	must(t, s.PutSealed(ctx, next, 1, []byte("new")))
	for tries, want := range map[int]bool{0: true} {
		for range 2 { // the second has seen an older number
			ours, err := s.SealedTried(ctx, next, tries, noon)
			must(t, err)
			if ours != want {
				t.Errorf("try after %d: %v", tries, ours)
			}
			want = false
		}
	}
	must(t, s.SealedUsed(ctx, name, noon.Add(time.Hour)))
	if err := s.Succeed(ctx, next, []byte("other"), name, 1, []byte("x")); !errors.Is(err, edo.NotFound) {
		t.Errorf("another next one: %v", err)
	}
	if err := s.Succeed(ctx, next, []byte("new"), name, 9, []byte("x")); !errors.Is(err, directory.KeyMoved) {
		t.Errorf("another epoch: %v", err)
	}
	all, err := s.AllSealed(ctx)
	must(t, err)
	same(t, "before", []directory.SealedSecret{
		{Name: name, Version: 1, Epoch: 1, Bytes: []byte("old"), UpdatedAt: noon, UsedAt: noon.Add(time.Hour)},
		{Name: next, Version: 1, Epoch: 1, Bytes: []byte("new"), UpdatedAt: noon, Tries: 1, TriedAt: noon},
	}, all)
	must(t, s.Succeed(ctx, next, []byte("new"), name, 1, []byte("new again")))
	all, err = s.AllSealed(ctx)
	must(t, err)
	same(t, "after", []directory.SealedSecret{{Name: name, Version: 2, Epoch: 1, Bytes: []byte("new again"), UpdatedAt: noon}}, all)
	must(t, s.RemoveSealed(ctx, name))
	if err := s.RemoveSealed(ctx, name); !errors.Is(err, edo.NotFound) {
		t.Errorf("removed twice: %v", err)
	}
}
