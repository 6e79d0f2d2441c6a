package manual

import "bytes"

// TEMPORARY until protocol.Edit is merged.
func tmpEdit(text []byte, path []string, value any) ([]byte, error) {
	i := bytes.Index(text, []byte("\n  version: "))
	j := bytes.IndexByte(text[i+1:], '\n')
	return append(append(append([]byte{}, text[:i]...), []byte("\n  version: \""+value.(string)+"\"")...), text[i+1+j:]...), nil
}
