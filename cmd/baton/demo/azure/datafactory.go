package azure

// pipeline is a run of a Data Factory pipeline, known from its log alone.
type pipeline struct {
	tag  string
	name string
	do   []copyActivity
}

// copyActivity is one activity of a pipeline.
type copyActivity struct {
	tag  string
	name string
	kind string // Copy, Lookup, WebActivity, SqlServerStoredProcedure
	own  dist
	do   []step
}

func (d *pipeline) play(r *run, p place, t int64) (int64, *failure) {
	id := r.key // the run id is what its developers hand on as correlation id
	p = place{svc: factory, site: site{derivedTrace("adf.pipelinerun", id), derivedSpan("adf.pipelinerun", id)}, owner: p.owner, corr: id}
	common := []attr{str("hop.source", "azure.datafactory"), str("hop.kind", "workflow"), str("hop.id.derived", "true"),
		str("azure.datafactory.pipeline", d.name), str("azure.datafactory.run_id", id)}
	s := span{id: p.span, kind: internal, start: t, name: d.name, scope: [2]string{"baton/azurelogs", "simulated"}}
	status := "Succeeded"
	message := ""
	hit := r.hit(d.tag, 0)
	for i, a := range d.do {
		if hit != nil && hit.how == terminates && i == len(d.do)/2 {
			status = "Cancelled"
			break
		}
		f := (*failure)(nil)
		if t, f = a.play(r, p, t, common); f != nil {
			status, message = "Failed", "Operation on target "+a.name+" failed: "+f.message
			break
		}
		t += r.draw(dist{120 * ms, 500 * ms})
	}
	s.end = t
	s.attrs = append(common[:len(common):len(common)], str("azure.datafactory.status", status), str("correlation.id", id))
	r.log(p, s, status, message)
	return t, nil
}

func (a *copyActivity) play(r *run, p place, t int64, common []attr) (int64, *failure) {
	id := r.uuid()
	s := span{id: derivedSpan("adf.activityrun", id), parent: p.span, kind: internal, start: t, name: a.name, scope: [2]string{"baton/azurelogs", "simulated"}}
	end := t + r.draw(a.own)
	var f *failure
	hit := r.hit(a.tag, 0)
	if hit != nil && hit.how == throws {
		f = &failure{kind: hit.reason, message: hit.message}
	}
	inner := p
	inner.span = s.id
	for _, d := range a.do {
		if f == nil {
			if end, f = d.play(r, inner, end); f != nil {
				f = &failure{kind: "2108", message: "Error calling the endpoint. Response status code: InternalServerError."}
			}
		}
	}
	s.end = end
	s.attrs = append(common[:len(common):len(common)], str("azure.datafactory.activity", a.name), str("azure.datafactory.activity_type", a.kind),
		str("azure.datafactory.activity_run_id", id))
	status := "Succeeded"
	if f != nil {
		status = "Failed"
		s.attrs = append(s.attrs, str("error.type", f.kind), str("azure.datafactory.failure_type", "UserError"))
	}
	s.attrs = append(s.attrs, str("azure.datafactory.status", status))
	message := ""
	if f != nil {
		message = f.message
	}
	r.log(p, s, status, message)
	return end, f
}
