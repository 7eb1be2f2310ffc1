package wire

// FurtherAddresses appends the addresses that a user has beside their own.
func FurtherAddresses(dst []byte, list []string) []byte {
	dst = append(dst, `{"addresses":[`...)
	for i, address := range list {
		dst = String(comma(dst, i), address)
	}
	return append(dst, `]}`...)
}
