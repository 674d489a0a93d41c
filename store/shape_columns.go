package store

import (
	"github.com/ClickHouse/ch-go/proto"

	"github.com/baton-observability/baton/store/internal/template"
	"github.com/baton-observability/baton/store/internal/wire"
)

// shapeColumns are the columns of shapes.
type shapeColumns struct {
	tenant  *dictionary[string]
	day     proto.ColDate
	id      proto.ColUInt64
	keys    *proto.ColArr[string]
	dynamic *proto.ColArr[uint8]
	consts  *proto.ColArr[string]
	content proto.ColStr
	input   proto.Input
}

func newShapeColumns() *shapeColumns {
	c := &shapeColumns{
		tenant: newStrings(), keys: new(proto.ColStr).LowCardinality().Array(), dynamic: new(proto.ColUInt8).Array(),
		consts: new(proto.ColStr).Array(),
	}
	c.input = proto.Input{
		{Name: "tenant", Data: c.tenant}, {Name: "day", Data: &c.day}, {Name: "id", Data: &c.id}, {Name: "keys", Data: c.keys},
		{Name: "dynamic", Data: c.dynamic}, {Name: "consts", Data: c.consts}, {Name: "content", Data: &c.content},
	}
	return c
}

func (c *shapeColumns) append(tenant string, day uint16, t *template.Template) {
	slots := t.Slots()
	keys, dynamic, consts := make([]string, len(slots)), make([]uint8, len(slots)), make([]string, len(slots))
	for i := range slots {
		keys[i], consts[i] = slots[i].Key, slots[i].Text
		if !slots[i].Const {
			dynamic[i] = 1
		}
	}
	c.tenant.Append(tenant)
	c.day = append(c.day, proto.Date(day))
	c.id = append(c.id, t.ID)
	c.keys.Append(keys)
	c.dynamic.Append(dynamic)
	c.consts.Append(consts)
	c.content.AppendBytes(wire.AppendShape(nil, slots))
}
