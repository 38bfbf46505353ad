package signstamp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/edokit/edokit/stamping"
	"github.com/edokit/edokit/stamping/signstamp"
)

// A letter that both parties have signed gets the operator's mark on every page, with a QR code; where a page has no free
// space, the mark stands on a sheet at the end.
func ExampleApply() {
	in, err := os.Open(filepath.Join("..", "..", "examples", "quickstart", "testdata", "letter.pdf"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer in.Close()
	moscow := time.FixedZone("MSK", 3*60*60)
	facts := signstamp.Facts{ // tell only what was verified: nothing is checked here
		Operator: "ООО «Оператор обмена»", DocumentID: "7c9e6679-7425-40de-944b-e07fc1f90ae7",
		OperatorTime: time.Date(2026, 3, 2, 10, 15, 35, 0, moscow), State: signstamp.SignedByBoth,
		QR: "https://check.example.org/7c9e6679-7425-40de-944b-e07fc1f90ae7",
		Signers: []signstamp.Signer{
			{Role: signstamp.Sender, Owner: "Солодова Вера Дмитриевна", Organisation: "АО «Вельгомские распределительные сети»", Serial: "01D9A3F2B0C4E567"},
			{Role: signstamp.Recipient, Owner: "Обручев Глеб Станиславович", Organisation: "ООО «Агрокомплекс «Верхнелучье»", Serial: "02AA90F1"},
		},
	}
	var out bytes.Buffer // a file of your own: nothing is written before the copy was read back and every mark found
	r, err := signstamp.Apply(context.Background(), in, &out, facts, signstamp.Style{Room: stamping.RoomSheet}, nil)
	fmt.Println(r.Pages, r.Marked, r.Sheet, err)

	// Where the text must not move to a sheet, no copy is made.
	_, err = signstamp.Apply(context.Background(), in, &out, facts, signstamp.Style{Room: stamping.RoomRefuse}, nil)
	fmt.Println(errors.Is(err, stamping.NoRoom))
	// Output:
	// 6 1 true <nil>
	// true
}
