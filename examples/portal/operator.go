package main

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"github.com/edokit/edokit/conformance/mockoperator"
)

// ahead is how far the operator's clock is before ours. In life it is some other number that nobody chose; what counts
// before a court is the operator's.
const ahead = 7 * time.Second

// startOperator serves a mock operator that knows the utility and nobody else, and gives its address.
func startOperator(ctx context.Context, tmp string) (op *mockoperator.Operator, url string, stop func() error, err error) {
	op, err = mockoperator.New(mockoperator.Config{
		Dir: filepath.Join(tmp, "operator"),
		Now: func() time.Time { return time.Now().Add(ahead) },
		Organisations: []mockoperator.Organisation{{
			Name: "АО «Вельгомские распределительные сети»", LegalName: "Акционерное общество «Вельгомские распределительные сети»",
			INN: "8499014577", KPP: "849901001", OGRN: "1028499001233", Boxes: []string{"velgom-seti@mock.edo"},
			Login: "velgom-seti", Password: "Плотина & <сети> 12",
			Heads: []mockoperator.Head{
				{Surname: "Загоровский", Given: "Максим Юрьевич", Title: "Генеральный директор", SNILS: "11223344595", INN: "770123456703"},
				{Surname: "Солодова", Given: "Вера Дмитриевна", Title: "Главный инженер", SNILS: "12345678964", INN: "770123457129"},
			},
		}},
	})
	if err != nil {
		return nil, "", nil, err
	}
	url, end, err := op.Listen(ctx, "127.0.0.1:0")
	if err != nil {
		return nil, "", nil, errors.Join(err, op.Close())
	}
	return op, url, func() error { return errors.Join(end(), op.Close()) }, nil
}
