package mime

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
)

// tnefMail is a mail with a winmail.dat of so many files of the given size;
// each begins with its number.
func tnefMail(files, size int) []byte {
	b := binary.LittleEndian.AppendUint32(nil, tnefSignature)
	b = append(b, 0, 0)
	attribute := func(id uint32, value string) {
		b = append(b, 2)
		b = binary.LittleEndian.AppendUint32(b, id)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(value)))
		b = append(append(b, value...), 0, 0)
	}
	for i := range files {
		attribute(attRendering, "")
		attribute(attTitle, fmt.Sprintf("%d.bin\x00", i))
		attribute(attData, fmt.Sprintf("%d ", i)+strings.Repeat("x", size))
	}
	return []byte("Content-Type: application/ms-tnef\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString(b))
}

func TestWinmailBeyondALimitIsKept(t *testing.T) {
	cases := []struct {
		why         string
		files, size int
		kept        int
	}{
		{"as many files as allowed", maxTNEFFiles, 1, maxTNEFFiles},
		{"too many files", maxTNEFFiles + 1, 1, maxTNEFFiles},
		// Reading n files of one size decodes n/2 times the whole.
		{"too much to decode again and again", 100, 40_000, 57},
	}
	for _, c := range cases {
		t.Run(c.why, func(t *testing.T) {
			m := mustRead(t, tnefMail(c.files, c.size))
			files := m.Parts
			last := files[len(files)-1]
			if wrapped := last.FileName == "winmail.dat"; wrapped != (c.kept < c.files) {
				t.Errorf("winmail.dat is kept: %t", wrapped)
			} else if wrapped {
				files = files[:len(files)-1]
			}
			if len(files) != c.kept {
				t.Errorf("%d files, want %d", len(files), c.kept)
			}
			for i, p := range files {
				if got := string(content(t, p)); p.FileName != fmt.Sprintf("%d.bin", i) || !strings.HasPrefix(got, fmt.Sprintf("%d x", i)) {
					t.Fatalf("file %d is %q: %.20q", i, p.FileName, got)
				}
			}
		})
	}
}
