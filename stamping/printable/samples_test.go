package printable

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/text/encoding/ianaindex"
)

const letterText = "АО «Вельгомские распределительные сети»\n\nУважаемая Вера Дмитриевна!\n\n" +
	"По договору № 17 от «2» марта 2026 года направляем акт сверки. Очень длинная строка переносится между словами, а ОченьДлинноеСловоБезПробеловКотороеНеПомещаетсяВСтрокуИДолжноБытьРазорваноТамГдеКончаетсяМестоНаСтранице остаётся целым.\n\n" +
	"Наименование\tКоличество\tСумма\r\nЭлектроэнергия\t1250\t\t18 750,00\r\nПередача\t1250\t\t4 375,00\n\n" +
	"    отступ сохранён\nзабой \x08 и звонок \x07 видны, ёлка и Ё на месте\n" +
	"\n\n\n\n\n\n\n\fС новой страницы.\n\nС уважением"

const receipt = `<?xml version="1.0" encoding="windows-1251"?>
<Файл ИдФайл="DP_IZVPOL_2AA-1_2AA-2_20260302_1" ВерсФорм="1.02"><УчастЭДО ИдУчастЭДО="2AA-2"><ЮЛ НаимОрг="ООО «Заречный завод»" ИННЮЛ="8499055501"/></УчастЭДО>
<Документ КНД="1115112"><СвИзвПолуч ДатаПол="02.03.2026" ВремПол="10.15.35"><СведПолФайл ИмяПостФайла="ON_NSCHFDOPPR_2AA-2_2AA-1_20260302_7c9e6679-7425-40de-944b-e07fc1f90ae7"/></СвИзвПолуч></Документ></Файл>`

const foreign = `<?xml version="1.0"?><order xmlns="urn:example:order" xmlns:x="urn:example:x" x:id="7">
<!-- для проверки --><?print now?><customer kind="person">Анна Ли</customer>до<line>
  <text><![CDATA[две
строки <b>]]></text></line>после<ОченьДлинноеИмяЭлементаКотороеЗанимаетБольшеПоловиныСтроки>` +
	`значение под именем</ОченьДлинноеИмяЭлементаКотороеЗанимаетБольшеПоловиныСтроки></order>`

// invoice is a УПД with enough lines for a second page.
func invoice(t testing.TB) []byte {
	t.Helper()
	item := `<СведТов НомСтр="N" НаимТов="Передача электроэнергии, март" ОКЕИ_Тов="245" КолТов="1250" ЦенаТов="3.50" СтТовБезНДС="4375.00" НалСт="20%" СтТовУчНал="5250.00"><СумНал><СумНал>875.00</СумНал></СумНал></СведТов>`
	return encoded(t, "windows-1251", `<?xml version="1.0" encoding="windows-1251"?>
<Файл ИдФайл="ON_NSCHFDOPPR_2AA-2_2AA-1_20260302_7c9e6679-7425-40de-944b-e07fc1f90ae7" ВерсФорм="5.03" ВерсПрог="Пример">
<СвУчДокОбор ИдОтпр="2AA-1" ИдПол="2AA-2"/>
<Документ КНД="1115131" Функция="СЧФДОП" НаимДокОпр="Универсальный передаточный документ" ДатаИнфПр="02.03.2026" ВремИнфПр="10.15.35">
<СвСчФакт НомерДок="УПД-17" ДатаДок="02.03.2026">
<СвПрод><ИдСв><СвЮЛУч НаимОрг="АО «Вельгомские распределительные сети»" ИННЮЛ="8499014577" КПП="849901001"/></ИдСв></СвПрод>
<СвПокуп><ИдСв><СвЮЛУч НаимОрг="ООО «Заречный завод»" ИННЮЛ="8499055501" КПП="849901001"/></ИдСв></СвПокуп>
</СвСчФакт><ТаблСчФакт>`+strings.Repeat(item, 4)+`</ТаблСчФакт>
<Подписант СпосПодтПолном="1"><ФИО Фамилия="Солодова" Имя="Вера" Отчество="Дмитриевна"/></Подписант></Документ></Файл>`)
}

func encoded(t testing.TB, name, s string) []byte {
	t.Helper()
	e, err := ianaindex.IANA.Encoding(name)
	if err != nil {
		t.Fatal(err)
	}
	b, err := e.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// drawing has a corner that tells how it is turned.
func drawing(w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{240, 240, 240, 255}
			switch {
			case x < w/2 && y < h/2:
				c = color.RGBA{220, 30, 30, 255}
			case y < h/2:
				c = color.RGBA{30, 160, 60, 255}
			case x < w/2:
				c = color.RGBA{40, 60, 200, 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	return m
}

func seeThrough() image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, 200, 100))
	for x := range 200 {
		for y := range 100 {
			m.SetNRGBA(x, y, color.NRGBA{R: 200, A: uint8(x)})
		}
	}
	return m
}

func pngOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func bmpOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := bmp.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// turned is a JPEG with an orientation in Exif, as telephones write it.
func turned(t testing.TB, orientation uint16) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, drawing(400, 300), nil); err != nil {
		t.Fatal(err)
	}
	exif := append([]byte("Exif\x00\x00MM\x00*"), 0, 0, 0, 8, 0, 1)
	for _, v := range []uint16{274, 3, 0, 1, orientation, 0, 0, 0} {
		exif = binary.BigEndian.AppendUint16(exif, v)
	}
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xe1}, uint16(len(exif)+2))
	return append(append(head, exif...), b.Bytes()[2:]...)
}
