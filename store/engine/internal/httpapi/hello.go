package httpapi

import "github.com/ClickHouse/ch-go/proto"

// helloQuery is what clickhouse-go sends first on every connection.
const helloQuery = "SELECT displayName(), version(), revision(), timezone()"

func (req *request) isHello() bool { return req.text == helloQuery && req.revision > 0 }

// withCustomSerialization is the first revision with a flag after each column's type.
const withCustomSerialization = 54454

// hello answers helloQuery with revision 0. The engine writes Native at revision 0 only (client_protocol_version cannot be reached
// through the library), and clickhouse-go reads the hello at the revision it asked for, everything after it at the revision the hello
// reports.
func hello(revision int, version, timezone string) []byte {
	var b proto.Buffer
	b.PutUVarInt(1) // block info: not overflowed, bucket -1
	b.PutBool(false)
	b.PutUVarInt(2)
	b.PutInt32(-1)
	b.PutUVarInt(0)
	b.PutUVarInt(4) // columns
	b.PutUVarInt(1) // rows
	column := func(name, kind string) {
		b.PutString(name)
		b.PutString(kind)
		if revision >= withCustomSerialization {
			b.PutBool(false)
		}
	}
	column("displayName()", "String")
	b.PutString("embedded")
	column("version()", "String")
	b.PutString(version)
	column("revision()", "UInt32")
	b.PutUInt32(0)
	column("timezone()", "String")
	b.PutString(timezone)
	return b.Buf
}
