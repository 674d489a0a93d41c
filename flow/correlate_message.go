package flow

import (
	"encoding/binary"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// messageID hashes what identifies the message that the span handles, the same
// on both sides of the broker; 0 when the span does not say.
func (f *Facts) messageID(b *bag) uint64 {
	id, dest := b.text(sMsgID), plainDestination(f.System, f.OriginalDest)
	if i := indexFold(dest, "/$deadletterqueue"); i >= 0 {
		dest = dest[:i] // a message keeps its id when it is put aside
		if i = indexFold(dest, "/subscriptions/"); i >= 0 {
			dest = dest[:i]
		}
	}
	switch {
	case b.has(sOffset) && b.has(sPartition) && dest != "":
		return f.hash(2, b.text(sCluster), dest, b.text(sPartition), b.text(sOffset))
	case id != "" && len(id) <= 2*maxName:
		return f.hash(1, f.System, dest, strings.TrimSpace(id))
	case b.has(sEventID) && b.has(sEventSource):
		return f.hash(3, b.text(sEventSource), b.text(sEventID))
	}
	return 0
}

// channel hashes what a message or the start of a run passes through, the same on
// both sides: it tells who may have taken up what where nothing tells which.
func (f *Facts) channel() uint64 {
	switch f.Step {
	case Send, Receive, Process:
		if f.Destination != "" && f.Flags&FlagDLQ == 0 {
			return f.hash(4, f.System, f.Destination)
		}
	case Schedule:
		if f.Workflow != "" && f.Flags&FlagAwaits != 0 {
			return f.hash(5, f.System, f.Workflow)
		}
	case Run:
		if f.Workflow != "" && f.Role == Orchestrator {
			return f.hash(5, f.System, f.Workflow)
		}
	}
	return 0
}

func (f *Facts) hash(form byte, parts ...string) uint64 {
	buf := make([]byte, 0, 256)
	buf = append(buf, 'm', form)
	if f.Resource != nil {
		buf = binary.AppendUvarint(buf, uint64(len(f.Resource.Environment)))
		buf = append(buf, f.Resource.Environment...)
	}
	for _, s := range parts {
		buf = binary.AppendUvarint(buf, uint64(len(s)))
		buf = append(buf, s...)
	}
	if h := xxhash.Sum64(buf); h != 0 {
		return h
	}
	return 1 // 0 means that there is none
}

// workflowKeys adds the ids of the run that the span belongs to.
func (f *Facts) workflowKeys(b *bag) {
	if f.Kind == Event || f.Kind == Queue || f.Rule == RuleMassTransit {
		f.MessageID = f.messageID(b)
	}
	if !b.engineSeen {
		return
	}
	run, alone := concepts[cRun], concepts[cWorkflow]
	for _, s := range [...]slot{sTemporalRun, sTaskExecution, sStepExecution, sPipelineRun, sWorkflowRun, sSagaID, sMassTransitSaga, sTrackingNumber} {
		if b.has(s) {
			f.key(run, b.text(s), minValue)
		}
	}
	if b.has(sDAGRun) {
		// "scheduled__2026-11-20" is the run id of every DAG that ran that night.
		if dag := b.text(sDAG); dag != "" {
			f.key(run, f.block.join(dag, "/", b.text(sDAGRun)), minValue)
		}
	}
	for _, s := range [...]slot{sTemporalWorkflow, sTaskInstance, sWorkflowID} {
		// Entities live for ever and would tie together all that ever called them.
		if id := b.text(s); id != "" && id[0] != '@' {
			f.key(alone, id, minValue)
		}
	}
}
