package mailauth

import (
	"fmt"
	"io"
	"slices"

	"github.com/emersion/go-msgauth/dkim"
)

// signedFields are covered by our signatures (RFC 6376 section 5.4.1): all that tells
// who writes to whom, and how the body is to be read.
var signedFields = []string{
	"From", "To", "Cc", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Reply-To",
	"Content-Type", "Content-Transfer-Encoding", "MIME-Version", "Auto-Submitted",
}

// Sign writes the message of src to dst with a DKIM signature of domain on top. src is
// read twice, from where it stands, rather than held in memory. Its lines should end in
// CRLF: the signature counts them so.
//
// Every field is named once more than it may occur, so that nobody can add a second one
// to a mail of ours without breaking the signature (section 8.15).
func Sign(dst io.Writer, src io.ReadSeeker, k Key, domain, selector string) error {
	if k.signer == nil {
		return errNoKey
	}
	d := canonical(domain)
	if d == "" || canonical(selector+"."+d) == "" {
		return fmt.Errorf("sign mail: %q with selector %q is no domain", domain, selector)
	}
	start, err := src.Seek(0, io.SeekCurrent)
	if err != nil {
		return fmt.Errorf("sign mail: %w", err)
	}
	signature, err := signature(src, k, d, selector)
	if err != nil {
		return fmt.Errorf("sign mail: %w", err)
	}
	if _, err := src.Seek(start, io.SeekStart); err != nil {
		return fmt.Errorf("sign mail: %w", err)
	}
	if _, err := io.WriteString(dst, signature); err != nil {
		return fmt.Errorf("write signed mail: %w", err)
	}
	if _, err := io.Copy(dst, src); err != nil {
		return fmt.Errorf("write signed mail: %w", err)
	}
	return nil
}

func signature(src io.Reader, k Key, domain, selector string) (string, error) {
	signer, err := dkim.NewSigner(&dkim.SignOptions{
		Domain: domain, Selector: selector, Signer: k.signer,
		HeaderCanonicalization: dkim.CanonicalizationRelaxed,
		BodyCanonicalization:   dkim.CanonicalizationRelaxed,
		HeaderKeys:             slices.Concat(signedFields, signedFields),
	})
	if err != nil {
		return "", err
	}
	if _, err := io.Copy(signer, src); err != nil {
		signer.Close()
		return "", err
	}
	if err := signer.Close(); err != nil {
		return "", err
	}
	return signer.Signature(), nil
}
