package hardpdf

import (
	"crypto/md5"
	"crypto/rc4"
	"fmt"
	"slices"
)

// padding is the string that fills passwords up (ISO 32000-1, 7.6.3.3).
const padding = "\x28\xBF\x4E\x5E\x4E\x75\x8A\x41\x64\x00\x4E\x56\xFF\xFA\x01\x08\x2E\x2E\x00\xB6\xD0\x68\x3E\x80\x2F\x0C\xA9\xFE\x64\x53\x69\x7A"

// encrypted is a page encrypted with RC4 and 40 bits, the oldest way, which every reader knows.
func encrypted(user string) *document {
	const owner, id, rights = "owner", "0123456789abcdef", -44
	o := crypt(hash(pad(owner))[:5], pad(user))
	bits := uint32(0x100000000 + rights)
	key := hash(slices.Concat(pad(user), o, []byte{byte(bits), byte(bits >> 8), byte(bits >> 16), byte(bits >> 24)}, []byte(id)))[:5]
	d := pages(1, a4+"/Resources"+font, nil)
	n := byte(len(d.bodies) + 1)
	secret := crypt(hash(append(slices.Clone(key), n, 0, 0, 0, 0))[:10], []byte(text))
	page := d.bodies[2]
	d.bodies[2] = page[:len(page)-2] + "/Contents " + d.add(stream("", string(secret))) + ">>"
	ref := d.add(fmt.Sprintf("<</Filter/Standard/V 1/R 2/Length 40/P %d/O<%x>/U<%x>>>", rights, o, crypt(key, []byte(padding))))
	d.trailer = fmt.Sprintf("/Encrypt %s/ID[<%x><%x>]", ref, id, id)
	return d
}

func pad(password string) []byte { return []byte((password + padding)[:32]) }

func hash(b []byte) []byte {
	sum := md5.Sum(b)
	return sum[:]
}

func crypt(key, b []byte) []byte {
	c, err := rc4.NewCipher(key)
	if err != nil {
		panic(err) // the lengths of keys are written above
	}
	out := make([]byte, len(b))
	c.XORKeyStream(out, b)
	return out
}
