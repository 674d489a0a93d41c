package flow

// Detail is what judging needs of a span in which something may be wrong. The
// feed carries it for those spans only, so that a flow can be judged without
// reading its spans again.
type Detail struct {
	Name             string
	Status           Status
	Message          string
	HTTPStatus       int
	GRPCStatus       string
	ErrorType        string
	ExceptionType    string
	ExceptionMessage string
	Attempt          int
	AttemptOf        string
	Deliveries       int
	Disposition      string
	DeadLetterReason string
	RunStatus        string
	PeerService      string
	Host             string
}

// maxMessage bounds a status message in the feed; a reason is clipped to less.
const maxMessage = 500

// detail is nil for a span about which there is nothing to say.
func (f *Facts) detail() *Detail {
	said := f.Flags&(FlagSuspect|FlagError) != 0 || f.ErrorType != "" || f.ExceptionType != "" || f.Attempt > 0 || f.Deliveries > 1 ||
		f.Disposition != "" || f.DeadLetterReason != ""
	if !said {
		return nil
	}
	return &Detail{Name: f.Name, Status: f.Status, Message: f.Message[:min(len(f.Message), maxMessage)], HTTPStatus: f.HTTPStatus, GRPCStatus: f.GRPCStatus,
		ErrorType: f.ErrorType, ExceptionType: f.ExceptionType, ExceptionMessage: f.ExceptionMessage, Attempt: f.Attempt, AttemptOf: f.AttemptOf,
		Deliveries: f.Deliveries, Disposition: f.Disposition, DeadLetterReason: f.DeadLetterReason, RunStatus: f.RunStatus,
		PeerService: f.PeerService, Host: f.Host}
}

// Wide gives back the facts that judging needs, from the narrow span and what
// its endpoint stands for.
func (s *Span) Wide(trace TraceID, e *Endpoint) *Facts {
	f := &Facts{Trace: trace, ID: s.ID, Parent: s.Parent, Start: s.Start, Duration: s.Duration, Name: e.Operation, SpanKind: s.SpanKind,
		Resource: &Resource{Tenant: e.Tenant, Environment: s.Environment(), Namespace: e.Namespace, Service: e.Service, Attrs: e.Attrs},
		Kind:     s.Kind, Role: s.Role, System: e.System, Operation: e.Operation, Destination: e.Destination, Workflow: e.Workflow, Step: s.Step,
		Endpoint: *e, EndpointID: s.Endpoint, Keys: s.Keys(), Links: s.Links(), MessageID: s.MessageID(), Channel: s.Channel(), Flags: s.Flags}
	if d := s.Detail(); d != nil {
		f.Name, f.Status, f.Message, f.HTTPStatus, f.GRPCStatus, f.ErrorType = d.Name, d.Status, d.Message, d.HTTPStatus, d.GRPCStatus, d.ErrorType
		f.ExceptionType, f.ExceptionMessage, f.Attempt, f.AttemptOf = d.ExceptionType, d.ExceptionMessage, d.Attempt, d.AttemptOf
		f.Deliveries, f.Disposition, f.DeadLetterReason, f.RunStatus = d.Deliveries, d.Disposition, d.DeadLetterReason, d.RunStatus
		f.PeerService, f.Host = d.PeerService, d.Host
	}
	return f
}

func (e *feedEncoder) detail(d *Detail) {
	if d == nil {
		e.b = append(e.b, 0)
		return
	}
	e.b = append(e.b, 1, byte(d.Status))
	for _, s := range d.words() {
		e.word(*s)
	}
	for _, s := range d.texts() {
		e.str(*s)
	}
	for _, n := range d.numbers() {
		e.varint(int64(*n))
	}
}

func (d *feedDecoder) detail() *Detail {
	if d.byte() == 0 {
		return nil
	}
	x := &Detail{Status: Status(d.byte())}
	for _, s := range x.words() {
		*s = d.word()
	}
	for _, s := range x.texts() {
		*s = d.str()
	}
	for _, n := range x.numbers() {
		*n = int(d.varint())
	}
	return x
}

// words repeat from span to span and are written once; texts are not.
func (d *Detail) words() [10]*string {
	return [...]*string{&d.Name, &d.GRPCStatus, &d.ErrorType, &d.ExceptionType, &d.Disposition, &d.DeadLetterReason, &d.RunStatus, &d.PeerService, &d.Host, &d.Message}
}

func (d *Detail) texts() [2]*string { return [...]*string{&d.ExceptionMessage, &d.AttemptOf} }

func (d *Detail) numbers() [3]*int { return [...]*int{&d.HTTPStatus, &d.Attempt, &d.Deliveries} }
